import type { AccessField } from './accessField.js';

const effects = { ALLOW: 'shown', MASK: 'masked' };

interface AccessTableProps {
  readonly type: string;
  readonly fields: readonly AccessField[];
}

/** The fields of one type. */
export function AccessTable({ type, fields }: AccessTableProps) {
  return (
    <section className="card access-group" aria-label={type}>
      <table>
        <caption>{type}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Is</th>
            <th scope="col">If</th>
            <th scope="col">Owner</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ coordinate, effect, mask, conditions, owner }, index) => (
            <tr key={index}>
              <th scope="row">
                <code title={coordinate}>{coordinate.slice(type.length + 1)}</code>
              </th>
              <td>
                <span className={`effect effect-${effects[effect]}`}>{effects[effect]}</span>
                {mask && <span className="access-mask"> to {mask}</span>}
              </td>
              <td>
                {conditions.length === 0 && <span className="unconditional">always</span>}
                {conditions.map((condition) => (
                  <span key={condition} className="condition">
                    {condition}
                  </span>
                ))}
              </td>
              <td>{owner}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
