import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { useFormat } from '../texts/useFormat.js';
import type { LoggedEntry } from './decision.js';
import { DecisionDetails } from './decisionDetails.js';

interface LoggedTableProps {
  readonly caption: string;
  readonly decisions: readonly LoggedEntry[];
}

/** Decisions, newest first. Each opens to its details. */
export function LoggedTable({ caption, decisions }: LoggedTableProps) {
  const { t } = useTranslation('log');
  const { moment, number } = useFormat();
  const [opened, setOpened] = useState<LoggedEntry>();
  return (
    <>
      <DataTable
        caption={caption}
        rows={decisions}
        rowKey={({ id }) => id}
        empty={t('table.empty')}
        columns={[
          { id: 'at', heading: t('table.at'), cell: ({ at }) => moment(at), isRowHeading: true },
          { id: 'reader', heading: t('table.reader'), cell: ({ reader }) => reader },
          { id: 'recipient', heading: t('table.recipient'), cell: ({ recipientLabel }) => recipientLabel },
          {
            id: 'purpose',
            heading: t('table.purpose'),
            cell: ({ purposeLabel }) => purposeLabel ?? t('details.none'),
          },
          {
            id: 'people',
            heading: t('table.people'),
            cell: ({ people }) => number(people),
            isNumber: true,
          },
          { id: 'outcome', heading: t('table.outcome'), cell: (decision) => <Outcome {...decision} /> },
          {
            id: 'details',
            heading: t('table.details'),
            cell: (decision) => (
              <Button
                className="react-aria-Button quiet"
                aria-label={t('table.openOf', { at: moment(decision.at), reader: decision.reader })}
                onPress={() => setOpened(decision)}
              >
                {t('table.open')}
              </Button>
            ),
          },
        ]}
      />
      {opened && <DecisionDetails decision={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function Outcome({ outcome, breakGlass }: LoggedEntry) {
  const { t } = useTranslation('log');
  return (
    <>
      {t(`outcome.${outcome}`)}
      {breakGlass !== null && <span className="log-broke">{t('table.broke')}</span>}
    </>
  );
}
