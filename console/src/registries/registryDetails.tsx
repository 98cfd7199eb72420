import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { Heading } from 'react-aria-components/Heading';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { useFormat } from '../texts/useFormat.js';
import type { ShownRegistry } from './registry.js';
import { useRegistryWords } from './registryWords.js';

/** A registry in full: rejects by reason, what its source does not keep, and its catalogue. It folds. */
export function RegistryDetails({ registry }: { readonly registry: ShownRegistry }) {
  const { t } = useTranslation('registries');
  const { number, list } = useFormat();
  const words = useRegistryWords();
  const { name, rejectsByReason, absent, policyRevision, synthetic, catalogue } = registry;
  return (
    <Disclosure className="react-aria-Disclosure card registry-details">
      <Heading level={3}>
        <Button slot="trigger" className="react-aria-Button quiet">
          {words.name(name)}
        </Button>
      </Heading>
      <DisclosurePanel>
        {policyRevision && (
          <p>
            {t('revision')}: <code>{policyRevision}</code>
          </p>
        )}
        {synthetic && <p>{t('synthetic')}</p>}
        {absent && absent.length > 0 && <p>{t('absent', { columns: list(absent) })}</p>}
        {rejectsByReason && (
          <DataTable
            caption={t('rejectsCaption')}
            rows={rejectsByReason}
            rowKey={({ reason }) => reason ?? ''}
            empty={t('noRejects')}
            columns={[
              {
                id: 'reason',
                heading: t('reason'),
                isRowHeading: true,
                cell: (one) => words.reason(one.reason),
              },
              {
                id: 'rows',
                heading: t('rows'),
                isNumber: true,
                cell: ({ rows }) => (rows === null ? t('fewerRows') : number(rows)),
              },
            ]}
          />
        )}
        {catalogue && (
          <DataTable
            caption={t('catalogueOf', { registry: words.name(name) })}
            rows={catalogue}
            rowKey={({ coordinate }) => coordinate}
            columns={[
              {
                id: 'field',
                heading: t('field'),
                isRowHeading: true,
                cell: ({ coordinate }) => <code>{coordinate}</code>,
              },
              { id: 'label', heading: t('label'), cell: ({ label }) => label },
              { id: 'category', heading: t('category'), cell: ({ category }) => category },
              { id: 'special', heading: t('special'), cell: ({ isSpecial }) => t(isSpecial ? 'yes' : 'no') },
            ]}
          />
        )}
      </DisclosurePanel>
    </Disclosure>
  );
}
