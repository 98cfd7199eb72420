import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useAnswer } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';

interface OwnersAnswer {
  readonly registries: readonly { readonly name: string; readonly owner: string | null }[] | null;
}

const ownersQuery = 'query RegistryOwners { registries { name owner } }';

/** The rights that a resident can use here; each has a heading and a text. */
const rights = ['correct', 'object', 'restrict', 'erase', 'explain'] as const;

const ombudsman = {
  fi: 'https://tietosuoja.fi',
  sv: 'https://tietosuoja.fi/sv',
  en: 'https://tietosuoja.fi/en',
} as const;

/** Which rights a resident has, who answers, how fast, and who supervises. */
export function Rights() {
  const { t } = useTranslation('own-data');
  const { language } = useFormat();
  const { data, problem, isWaiting, retry } = useAnswer<OwnersAnswer>(ownersQuery);
  return (
    <section className="own-part own-words" aria-labelledby="own-rights">
      <h2 id="own-rights">{t('rights.title')}</h2>
      <p>{t('rights.lead')}</p>
      <dl className="own-rights">
        {rights.map((right) => (
          <div key={right} className="card own-card">
            <dt>{t(`rights.${right}.title`)}</dt>
            <dd>{t(`rights.${right}.text`)}</dd>
          </div>
        ))}
      </dl>

      <h3>{t('rights.who')}</h3>
      <p>{t('rights.whoText')}</p>
      {isWaiting && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {data?.registries && (
        <DataTable
          caption={t('rights.owners')}
          rows={data.registries}
          rowKey={({ name }) => name}
          columns={[
            {
              id: 'registry',
              heading: t('rights.data'),
              cell: ({ name }) => t(`registry.${name}`, { defaultValue: name }),
              isRowHeading: true,
            },
            { id: 'owner', heading: t('rights.owner'), cell: ({ owner }) => owner ?? t('rights.officer') },
          ]}
        />
      )}

      <h3>{t('rights.how')}</h3>
      <ol>
        <li>{t('rights.step.write')}</li>
        <li>{t('rights.step.quote')}</li>
        <li>{t('rights.step.prove')}</li>
        <li>{t('rights.step.wait')}</li>
      </ol>

      <h3>{t('rights.supervisor')}</h3>
      <p>{t('rights.supervisorText')}</p>
      <p>
        <a href={ombudsman[language]} rel="noreferrer">
          {t('rights.supervisorLink')}
        </a>
      </p>
    </section>
  );
}
