import { writeContacts, writePeriod } from './describeStep.js';
import { measures, type PlacedBar } from './layout.js';
import { sectorClass, sectorName } from './sectors.js';

const TOOLTIP_WIDTH = 270;

interface StepTooltipProps {
  readonly bar: PlacedBar;
  /** Of the picture, which it does not leave. */
  readonly width: number;
}

/** What a step was. Hidden from screen readers, for the step's own label says the same. */
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
