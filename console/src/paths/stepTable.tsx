import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import type { Lane } from './lanes.js';
import { usePathWords } from './pathWords.js';

/** The picture as a table. */
export function StepTable({ lanes, caption }: { readonly lanes: readonly Lane[]; readonly caption: string }) {
  const { t } = useTranslation('paths');
  const words = usePathWords();
  const rows = lanes.flatMap(({ title, rows: of }) =>
    of.flatMap(({ bars }) => bars).map(({ step }) => ({ title, step })),
  );
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={(_row, index) => index}
      empty={t('noSteps')}
      columns={[
        { id: 'lane', heading: t('column.lane'), cell: ({ title }) => title, isRowHeading: true },
        { id: 'sector', heading: t('column.sector'), cell: ({ step }) => words.sector(step.sector) },
        { id: 'service', heading: t('column.service'), cell: ({ step }) => words.service(step) },
        { id: 'period', heading: t('column.period'), cell: ({ step }) => words.period(step) },
        {
          id: 'contacts',
          heading: t('column.contacts'),
          cell: ({ step }) => step.contacts ?? t('contactsWithheld'),
          isNumber: true,
        },
      ]}
    />
  );
}
