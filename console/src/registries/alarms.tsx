import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { useFormat } from '../texts/useFormat.js';
import type { ShownRegistry } from './registry.js';
import { useRegistryWords } from './registryWords.js';

interface AlarmsProps {
  readonly registries: readonly ShownRegistry[];
  /** By which policy revision the gateway decides. */
  readonly revision: string | undefined;
}

/** What is wrong with registries now, and what to do. */
export function Alarms({ registries, revision }: AlarmsProps) {
  const { t } = useTranslation('registries');
  const { list } = useFormat();
  const words = useRegistryWords();
  const stale = registries.filter((registry) => words.state(registry) === 'stale');
  const down = registries.filter((registry) => words.connection(registry) === 'unreachable');
  const drifted = registries.filter((registry) => words.connection(registry) === 'otherSchema');
  const otherwise = registries.filter(
    ({ policyRevision }) => revision !== undefined && policyRevision !== null && policyRevision !== revision,
  );
  return (
    <>
      {otherwise.length > 0 && (
        <Notice kind="warning">
          <h2>{t('revisionTitle', { registries: list(otherwise.map(({ name }) => words.name(name))) })}</h2>
          <p>{t('revisionWhat', { revision })}</p>
        </Notice>
      )}
      {stale.map((registry) => (
        <Notice key={registry.name} kind="warning">
          <h2>{t('staleTitle', { registries: words.name(registry.name) })}</h2>
          <p>
            {words.age(registry)} {t('staleWhat')}
          </p>
          <ol>
            <li>{t('staleSteps.look')}</li>
            <li>{t('staleSteps.extract', { name: registry.name })}</li>
            <li>{t('staleSteps.tell', { owner: registry.owner })}</li>
          </ol>
        </Notice>
      ))}
      {down.length > 0 && (
        <Notice kind="problem">
          <h2>{t('downTitle', { registries: list(down.map(({ name }) => words.name(name))) })}</h2>
          <p>{t('downWhat')}</p>
        </Notice>
      )}
      {drifted.map(({ name, contractDifferences }) => (
        <Notice key={name} kind="problem">
          <h2>{t('driftTitle', { registry: words.name(name) })}</h2>
          <p>{t('driftWhat')}</p>
          <ul>
            {contractDifferences?.map((difference) => (
              <li key={difference}>
                <code>{difference}</code>
              </li>
            ))}
          </ul>
        </Notice>
      ))}
    </>
  );
}
