import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../parts/pageHeading.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { DataTable } from '../parts/dataTable.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAnswer } from '../session/useAnswer.js';
import { useOpenFields } from '../session/useOpenFields.js';
import { useFormat } from '../texts/useFormat.js';
import { Alarms } from './alarms.js';
import './registries.css';
import { RegistryDetails } from './registryDetails.js';
import { registriesQuery, type RegistriesAnswer, type ShownRegistry } from './registry.js';
import { useRegistryWords } from './registryWords.js';

/** The registries that are joined: how fresh they are, what they did not take in, and whether they answer. */
export function RegistriesPage() {
  const { t } = useTranslation('registries');
  const { coordinates } = useOpenFields();
  const query = useMemo(() => registriesQuery(coordinates ?? new Set()), [coordinates]);
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<RegistriesAnswer>(query, undefined, {
    enabled: coordinates !== undefined,
  });
  const registries = data?.registries ?? [];
  return (
    <div className="page registries-page">
      <PageHeading title={t('title')} lead={t('lead')} />
      <ShortcomingsBanner {...shortcomings} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {isWaiting && registries.length === 0 && <Waiting />}
      {registries.length > 0 && (
        <>
          <Alarms registries={registries} revision={data?.access?.revision} />
          <RegistriesTable registries={registries} />
          <h2>{t('details')}</h2>
          {registries.map((registry) => (
            <RegistryDetails key={registry.name} registry={registry} />
          ))}
        </>
      )}
    </div>
  );
}

function RegistriesTable({ registries }: { readonly registries: readonly ShownRegistry[] }) {
  const { t } = useTranslation('registries');
  const { number } = useFormat();
  const words = useRegistryWords();
  return (
    <DataTable
      caption={t('registries')}
      rows={registries}
      rowKey={({ name }) => name}
      columns={[
        { id: 'name', heading: t('registry'), isRowHeading: true, cell: ({ name }) => words.name(name) },
        {
          id: 'freshness',
          heading: t('freshness'),
          cell: (registry) => (
            <span className={`registry-state is-${words.state(registry)}`}>
              {t(`state.${words.state(registry)}`)}
              <small>{words.age(registry)}</small>
            </span>
          ),
        },
        {
          id: 'answers',
          heading: t('answers'),
          cell: (registry) => t(`connection.${words.connection(registry)}`),
        },
        {
          id: 'rows',
          heading: t('rows'),
          isNumber: true,
          cell: ({ rows, isReachable }) =>
            rows === null ? t(isReachable ? 'fewerRows' : 'noRows') : number(rows),
        },
        {
          id: 'rejects',
          heading: t('rejects'),
          cell: ({ rejectsByReason }) =>
            rejectsByReason === null
              ? t('noRows')
              : rejectsByReason.length === 0
                ? t('noRejects')
                : words.reasons(rejectsByReason),
        },
        { id: 'owner', heading: t('owner'), cell: ({ owner }) => owner },
      ]}
    />
  );
}
