import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { Notice } from '../parts/notice.js';
import { useFormat } from '../texts/useFormat.js';
import type { ModelShadow } from './register.js';

/** How often the version in shadow mode chose each band, next to the version that serves. */
export function ShadowPart({ shadow: { version, serving, assessments, bands } }: { shadow: ModelShadow }) {
  const { t } = useTranslation('models');
  const { number, percent } = useFormat();
  if (!bands || serving === null)
    return <Notice kind="information">{t('shadow.nothing', { version })}</Notice>;
  const bandName = ({ from, until }: { from: number; until: number }) => `${percent(from)}–${percent(until)}`;
  return (
    <>
      <p>{t('shadow.lead', { version, serving, number: number(assessments ?? 0) })}</p>
      <DataTable
        caption={t('shadow.caption')}
        rows={bands}
        rowKey={({ from }) => from}
        columns={[
          { id: 'band', heading: t('shadow.band'), isRowHeading: true, cell: bandName },
          ...bands.map((band, at) => ({
            id: String(at),
            heading: bandName(band),
            isNumber: true,
            cell: ({ assessments: counts }: { assessments: readonly number[] | null }) =>
              number(counts?.[at] ?? 0),
          })),
        ]}
      />
    </>
  );
}
