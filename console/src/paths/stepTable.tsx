import { type Lane, writeCount } from './lanes.js';
import { measures, type PlacedBar } from './layout.js';
import { sectorClass, sectorName, type DrawnStep } from './servicePath.js';

/** The picture as a table. */
export function StepTable({ lanes }: { readonly lanes: readonly Lane[] }) {
  return (
    <details className="step-table">
      <summary>The same as a table</summary>
      <div className="step-table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Lane</th>
              <th scope="col">Sector</th>
              <th scope="col">Service</th>
              <th scope="col">Period</th>
              <th scope="col">Contacts</th>
            </tr>
          </thead>
          <tbody>
            {lanes.flatMap(({ key, title, rows }) =>
              rows
                .flatMap(({ bars }) => bars)
                .map(({ step }, index) => (
                  <tr key={`${key} ${index}`}>
                    <td>{title}</td>
                    <td>{sectorName(step.sector)}</td>
                    <td>
                      <code>{step.service ?? 'withheld'}</code>
                    </td>
                    <td>{writePeriod(step)}</td>
                    <td>{step.contacts ?? 'withheld'}</td>
                  </tr>
                )),
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const TOOLTIP_WIDTH = 270;

interface StepTooltipProps {
  readonly bar: PlacedBar;
  /** Width of the picture; the tooltip stays inside. */
  readonly width: number;
}

/** The details of a step. Hidden from screen readers, because the label of the step says the same. */
export function StepTooltip({ bar: { step, x, y, width: barWidth, extent }, width }: StepTooltipProps) {
  const left = Math.max(0, Math.min(x + barWidth / 2 - TOOLTIP_WIDTH / 2, width - TOOLTIP_WIDTH));
  return (
    <div
      className="tooltip"
      aria-hidden="true"
      style={{ left, top: y + measures.bar + 8, width: TOOLTIP_WIDTH }}
    >
      <p className="tooltip-title">
        <i className={`dot ${sectorClass(step.sector)}`} />
        {sectorName(step.sector)} <code>{step.service ?? 'service withheld'}</code>
      </p>
      <p>{writePeriod(step)}</p>
      <p>{writeContacts(step.contacts)}</p>
      {extent.isMasked && <p className="tooltip-note">Dates are masked by policy.</p>}
    </div>
  );
}

const full = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const month = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `2012-05-14` -> 14 May 2012; `2012-05` -> May 2012; `2012` -> 2012. */
function writeDate(date: string): string {
  if (date.length === 4) return date;
  return (date.length === 7 ? month : full).format(new Date(date));
}

/** `May 2012 – 2014`, or the one date. */
function writePeriod({ startedAt, endedAt }: DrawnStep): string {
  if (startedAt === null) return 'dates withheld';
  if (endedAt === null || endedAt === startedAt) return writeDate(startedAt);
  return `${writeDate(startedAt)} – ${writeDate(endedAt)}`;
}

function writeContacts(contacts: number | null): string {
  return contacts === null ? 'number of contacts withheld' : writeCount(contacts, 'contact');
}

/** A step in one line, for screen readers. */
export function describeDrawnStep(step: DrawnStep): string {
  return `${sectorName(step.sector)}, ${step.service ?? 'service withheld'}, ${writePeriod(step)}, ${writeContacts(step.contacts)}`;
}
