import { useMemo, useState } from 'react';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { SearchField } from 'react-aria-components/SearchField';
import { useTranslation } from 'react-i18next';
import { type AccessAnswer, type AccessField, accessQuery, findFields } from '../access/accessField.js';
import { ConditionWords, EffectWords } from '../access/accessWords.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useAnswer } from '../session/useAnswer.js';

/** How many fields are listed; there are hundreds. */
const LISTED = 30;

/** `Type.field` */
const COORDINATE = /^[A-Za-z]\w*\.[A-Za-z]\w*$/;

/** How each field is shown to the user for the purpose, and why a field is not. */
export function FieldDocs() {
  // The words of a field are in `access`. To wait for them later would hide the search while the user types.
  const { t } = useTranslation(['explorer', 'access']);
  const { data, problem, isWaiting, retry } = useAnswer<AccessAnswer>(accessQuery);
  const [search, setSearch] = useState('');
  const fields = useMemo(() => data?.access?.fields ?? [], [data]);
  const found = findFields(fields, search);
  const asked = search.trim();
  const isHidden = COORDINATE.test(asked) && !fields.some(({ coordinate }) => coordinate === asked);

  return (
    <section className="explorer-panel" aria-label={t('fieldsTab')}>
      <SearchField value={search} onChange={setSearch}>
        <Label>{t('fields.search')}</Label>
        <Input placeholder={t('fields.example')} />
      </SearchField>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {isWaiting && <Waiting />}
      {isHidden && <HiddenField key={asked} coordinate={asked} />}
      {data && (
        <>
          <p role="status">{t('fields.counted', { count: found.length })}</p>
          {!isHidden && <p>{t('fields.hint')}</p>}
          <ul className="field-list">
            {found.slice(0, LISTED).map((field, index) => (
              <ShownField key={`${field.coordinate} ${index}`} field={field} />
            ))}
          </ul>
          {found.length > LISTED && <p>{t('fields.first', { count: LISTED })}</p>}
        </>
      )}
    </section>
  );
}

function ShownField({ field }: { readonly field: AccessField }) {
  const { t } = useTranslation('explorer');
  const { coordinate, label, category, owner } = field;
  return (
    <li>
      <code>{coordinate}</code> {label}
      <dl>
        <dt>{t('fields.shown')}</dt>
        <dd>
          <EffectWords {...field} />
        </dd>
        <dt>{t('fields.if')}</dt>
        <dd>
          <ConditionWords {...field} />
        </dd>
        <dt>{t('fields.owner')}</dt>
        <dd>{owner.label}</dd>
        {category && (
          <>
            <dt>{t('fields.category')}</dt>
            <dd>{category.label}</dd>
          </>
        )}
      </dl>
    </li>
  );
}

interface RefusalAnswer {
  readonly explainField: { readonly reason: string; readonly owner: { readonly label: string } } | null;
}

const refusalQuery = `query WhyHidden($coordinate: String!) {
  explainField(coordinate: $coordinate) { reason owner { label } }
}`;

/** Why a field is not shown, and whose rule that is. */
function HiddenField({ coordinate }: { readonly coordinate: string }) {
  const { t } = useTranslation('explorer');
  const { data, problem, isWaiting, retry } = useAnswer<RefusalAnswer>(refusalQuery, { coordinate });
  if (problem !== undefined) return <ProblemNotice problem={problem} retry={retry} />;
  if (isWaiting) return <Waiting />;
  const refusal = data?.explainField;
  return (
    <div className="notice notice-warning" role="status" data-testid="why">
      {refusal ? (
        <>
          <h3>{t('fields.notShown', { coordinate })}</h3>
          <p>{refusal.reason}</p>
          <p>
            {t('fields.rule')}: <strong>{refusal.owner.label}</strong>. {t('fields.ask')}
          </p>
        </>
      ) : (
        <p>{t('fields.unknown', { coordinate })}</p>
      )}
    </div>
  );
}
