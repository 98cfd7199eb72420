import { useState } from 'react';
import whatMayISee from '../examples/whatMayISee.graphql';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useSession } from '../session/session.js';
import { useAnswer } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import './access.css';
import { type AccessField, groupByType } from './accessField.js';

interface AccessAnswer {
  readonly access: {
    readonly roles: readonly string[];
    readonly revision: string;
    readonly fields: readonly AccessField[];
  } | null;
}

/** What the persona may see for the purpose, field by field. */
export function AccessPage() {
  const { purpose } = useSession();
  const { label } = useFormat();
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<AccessAnswer>(whatMayISee);
  const [search, setSearch] = useState('');

  if (problem) return <ProblemNotice problem={problem} retry={retry} />;
  if (isWaiting) return <Waiting />;
  const access = data?.access;
  const groups = groupByType(access?.fields ?? [], search);

  return (
    <div className="page">
      <div className="page-body">
        <h1>Access</h1>
        <p className="page-lead">
          What policy lets you see for the purpose {label(purpose.label).toLowerCase()}, field by field.
          Fields that are not listed are withheld.
        </p>
        <ShortcomingsBanner {...shortcomings} />
        {access && (
          <>
            <div className="access-tools">
              <input
                type="search"
                aria-label="Filter the fields"
                placeholder="Filter: a field, a mask, an owner …"
                value={search}
                onChange={(event) => setSearch(event.target.value)}
              />
              <p>
                {[...groups.values()].flat().length} of {access.fields.length} fields · role{' '}
                {access.roles.join(', ')} · policy revision <code>{access.revision}</code>
              </p>
            </div>
            {groups.size === 0 && <p className="page-note">No field matches.</p>}
            {[...groups].map(([type, fields]) => (
              <AccessTable key={type} type={type} fields={fields} />
            ))}
          </>
        )}
      </div>
    </div>
  );
}

const effects = { ALLOW: 'shown', MASK: 'masked' };

interface AccessTableProps {
  readonly type: string;
  readonly fields: readonly AccessField[];
}

/** The fields of one type. */
function AccessTable({ type, fields }: AccessTableProps) {
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
