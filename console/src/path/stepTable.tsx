import { writePeriod } from './describeStep.js';
import type { Lane } from './lanes.js';
import { sectorName } from './sectors.js';

/** The picture in words. */
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
