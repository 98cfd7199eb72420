import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { Notice } from '../parts/notice.js';
import { useFormat } from '../texts/useFormat.js';
import type { ShownCard } from './modelCard.js';

/** How often children become clients, how good the model is, and for which groups. */
export function QualityPart({ card: { horizons, quality, groups } }: { readonly card: ShownCard }) {
  const { t } = useTranslation('models');
  const { number, percent, date } = useFormat();
  const figure = (value: number | null, digits = 2) =>
    value === null
      ? t('notDefined')
      : number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const longest = horizons?.at(-1);
  return (
    <>
      {horizons && (
        <section>
          <h3>{t('baseRates')}</h3>
          <DataTable
            caption={t('baseRatesCaption')}
            rows={horizons}
            rowKey={({ years }) => years}
            columns={[
              {
                id: 'years',
                heading: t('within'),
                isRowHeading: true,
                cell: ({ years }) => t('years', { count: years }),
              },
              {
                id: 'rate',
                heading: t('share'),
                isNumber: true,
                cell: ({ baseRate }) => percent(baseRate, 1),
              },
            ]}
          />
        </section>
      )}
      {longest && (
        <section>
          <h3>{t('calibration')}</h3>
          <p>{t('calibrationLead', { count: longest.years })}</p>
          <DataTable
            caption={t('calibrationCaption')}
            rows={longest.calibration}
            rowKey={({ from }) => from}
            columns={[
              {
                id: 'band',
                heading: t('band'),
                isRowHeading: true,
                cell: ({ from, until }) => `${percent(from)}–${percent(until)}`,
              },
              {
                id: 'children',
                heading: t('children'),
                isNumber: true,
                cell: (band) => number(band.children),
              },
              {
                id: 'predicted',
                heading: t('predicted'),
                isNumber: true,
                cell: (band) => percent(band.predicted, 1),
              },
              {
                id: 'observed',
                heading: t('observed'),
                isNumber: true,
                cell: (band) => percent(band.observed, 1),
              },
            ]}
          />
        </section>
      )}
      <section>
        <h3>{t('discrimination')}</h3>
        {quality ? (
          <>
            <p>{t('discriminationLead')}</p>
            <DataTable
              caption={t('discriminationCaption')}
              rows={quality}
              rowKey={({ asOf, years }) => `${asOf} ${years}`}
              columns={[
                { id: 'asOf', heading: t('asOf'), isRowHeading: true, cell: ({ asOf }) => date(asOf) },
                { id: 'years', heading: t('within'), cell: ({ years }) => t('years', { count: years }) },
                {
                  id: 'children',
                  heading: t('children'),
                  isNumber: true,
                  cell: (row) => number(row.children),
                },
                { id: 'clients', heading: t('clients'), isNumber: true, cell: (row) => number(row.clients) },
                {
                  id: 'auc',
                  heading: t('auc'),
                  isNumber: true,
                  cell: ({ auc, aucInterval }) =>
                    `${figure(auc)} (${figure(aucInterval?.from ?? null)}–${figure(aucInterval?.until ?? null)})`,
                },
                { id: 'slope', heading: t('slope'), isNumber: true, cell: ({ slope }) => figure(slope) },
                {
                  id: 'error',
                  heading: t('calibrationError'),
                  isNumber: true,
                  cell: ({ calibrationError }) => figure(calibrationError, 4),
                },
              ]}
            />
          </>
        ) : (
          <Notice kind="warning">{t('notEvaluated')}</Notice>
        )}
      </section>
      {groups && (
        <section>
          <h3>{t('groups')}</h3>
          <p>{t('groupsLead')}</p>
          <DataTable
            caption={t('groupsCaption')}
            rows={groups}
            rowKey={({ grouping, label }) => `${grouping} ${label}`}
            columns={[
              {
                id: 'group',
                heading: t('group'),
                isRowHeading: true,
                cell: ({ grouping, label }) => `${grouping}: ${label}`,
              },
              { id: 'children', heading: t('children'), isNumber: true, cell: (row) => number(row.children) },
              {
                id: 'predicted',
                heading: t('predicted'),
                isNumber: true,
                cell: ({ predicted }) => (predicted === null ? t('notDefined') : percent(predicted)),
              },
              {
                id: 'observed',
                heading: t('observed'),
                isNumber: true,
                cell: (row) => percent(row.observed),
              },
              { id: 'auc', heading: t('auc'), isNumber: true, cell: ({ auc }) => figure(auc) },
            ]}
          />
        </section>
      )}
    </>
  );
}
