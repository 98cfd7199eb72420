import { useState } from 'react';
import whatMayISee from '../examples/whatMayISee.graphql';
import { readShortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useSession } from '../session/session.js';
import { useAnswer } from '../session/useAnswer.js';
import { type AccessField, groupByType } from './accessField.js';
import { AccessTable } from './accessTable.js';
import './access.css';

interface AccessAnswer {
  readonly access: {
    readonly roles: readonly string[];
    readonly revision: string;
    readonly fields: readonly AccessField[];
  } | null;
}

const question = { query: whatMayISee };

/** What the persona may see for the purpose, field by field. */
export function AccessPage() {
  const { client, purpose } = useSession();
  const asked = useAnswer<AccessAnswer>(client, question);
  const [search, setSearch] = useState('');

  if (asked.state === 'asking') return <p className="page page-note">Asking what you may see …</p>;
  if (asked.state === 'failed') return <p className="page page-note">{asked.problem}</p>;
  const access = asked.answer.data?.access;
  const groups = groupByType(access?.fields ?? [], search);

  return (
    <div className="page">
      <div className="page-body">
        <h1>Access</h1>
        <p className="page-lead">
          What policy lets you see for the purpose {purpose.label.toLowerCase()}, field by field. Whatever is
          not listed is withheld.
        </p>
        <ShortcomingsBanner {...readShortcomings(asked.answer)} />
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
