import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { useFormat } from '../texts/useFormat.js';
import type { RegisterEvent } from './register.js';

/** Everything that the register records, the newest first. */
export function HistoryPart({ events }: { readonly events: readonly RegisterEvent[] }) {
  const { t } = useTranslation('models');
  const { moment } = useFormat();
  return (
    <DataTable
      caption={t('historyCaption')}
      rows={events}
      rowKey={({ sequence }) => sequence}
      empty={t('noVersions')}
      columns={[
        { id: 'number', heading: t('number'), isNumber: true, cell: ({ sequence }) => sequence },
        { id: 'at', heading: t('at'), cell: ({ at }) => at && moment(at) },
        {
          id: 'act',
          heading: t('act.heading'),
          isRowHeading: true,
          cell: ({ act, stop }) =>
            act && t(`act.${act}`, { defaultValue: act }) + (stop === null ? '' : ` ${stop}`),
        },
        { id: 'version', heading: t('version'), cell: ({ version }) => version },
        { id: 'person', heading: t('byPerson'), cell: ({ person }) => person ?? t('nobodySigned') },
        { id: 'comment', heading: t('reason'), cell: ({ comment }) => comment },
      ]}
    />
  );
}
