import { useState } from 'react';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { SearchField } from 'react-aria-components/SearchField';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { PageHeading } from '../parts/pageHeading.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useSession } from '../session/session.js';
import { useAnswer } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import './access.css';
import { type AccessAnswer, type AccessField, accessQuery, findFields, groupByType } from './accessField.js';
import { ConditionWords, EffectWords } from './accessWords.js';

/** What the user may see for the purpose, field by field, in words. */
export function AccessPage() {
  const { t } = useTranslation('access');
  const { purpose } = useSession();
  const { label, list } = useFormat();
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<AccessAnswer>(accessQuery);
  const [search, setSearch] = useState('');
  const access = data?.access;
  const found = findFields(access?.fields ?? [], search);

  return (
    <div className="page">
      <PageHeading title={t('title')} lead={t('lead', { purpose: label(purpose.label) })} />
      <ShortcomingsBanner {...shortcomings} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {isWaiting && <Waiting />}
      {access && (
        <>
          <div className="access-tools">
            <SearchField value={search} onChange={setSearch}>
              <Label>{t('search')}</Label>
              <Input placeholder={t('searchExample')} />
            </SearchField>
            <p role="status">
              {t('counted', { count: found.length, all: access.fields.length })}{' '}
              {t('asRole', { roles: list(access.roles.map((role) => role.label)) })}
            </p>
          </div>
          {found.length === 0 && <p>{t('noneFound')}</p>}
          {[...groupByType(found)].map(([type, fields]) => (
            <AccessTable key={type} type={type} fields={fields} />
          ))}
          <p className="access-revision">
            {t('revision')} <code>{access.revision}</code>
          </p>
        </>
      )}
    </div>
  );
}

interface AccessTableProps {
  readonly type: string;
  readonly fields: readonly AccessField[];
}

/** The fields of one type. */
function AccessTable({ type, fields }: AccessTableProps) {
  const { t } = useTranslation('access');
  return (
    <section className="access-group">
      <DataTable
        caption={type === 'Query' ? t('questions') : type}
        rows={fields}
        rowKey={({ coordinate }, index) => `${coordinate} ${index}`}
        columns={[
          {
            id: 'field',
            heading: t('field'),
            isRowHeading: true,
            cell: ({ coordinate, label, special }) => (
              <>
                <code>{coordinate.slice(type.length + 1)}</code>
                {label && <span className="access-label">{label}</span>}
                {special && <span className="access-label">{t('special')}</span>}
              </>
            ),
          },
          { id: 'effect', heading: t('effect'), cell: (row) => <EffectWords {...row} /> },
          { id: 'if', heading: t('if'), cell: (row) => <ConditionWords {...row} /> },
          { id: 'category', heading: t('category'), cell: ({ category }) => category?.label },
          { id: 'owner', heading: t('owner'), cell: ({ owner }) => owner.label },
        ]}
      />
    </section>
  );
}
