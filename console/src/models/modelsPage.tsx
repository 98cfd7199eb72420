import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { Notice } from '../parts/notice.js';
import { PageHeading } from '../parts/pageHeading.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAnswer } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import { CardPart } from './cardPart.js';
import { HistoryPart } from './historyPart.js';
import './models.css';
import { OrderDialog } from './orderDialog.js';
import { type ModelOrder, type ModelRegister, type RegisterAnswer, registerQuery } from './register.js';
import { ShadowPart } from './shadowPart.js';
import { SwitchPart } from './switchPart.js';

/** The register of risk models: what serves, who approved it, its model card, and the switch. */
export function ModelsPage() {
  const { t } = useTranslation('models');
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<RegisterAnswer>(registerQuery);
  const [order, setOrder] = useState<ModelOrder>();
  const register = data?.riskRegister;
  return (
    <div className="page models-page">
      <PageHeading title={t('title')} lead={t('lead')} />
      <ShortcomingsBanner {...shortcomings} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {isWaiting && !register && <Waiting />}
      {register && (
        <>
          <SwitchPart register={register} onOrder={setOrder} />
          <Tabs>
            <TabList aria-label={t('parts')}>
              <Tab id="versions">{t('versions')}</Tab>
              <Tab id="card">{t('card')}</Tab>
              {register.shadow && <Tab id="shadow">{t('shadow.tab')}</Tab>}
              <Tab id="history">{t('history')}</Tab>
            </TabList>
            <TabPanel id="versions">
              <VersionsTable register={register} onOrder={setOrder} />
            </TabPanel>
            <TabPanel id="card">
              <CardPart serving={register.serving} />
            </TabPanel>
            <TabPanel id="shadow">{register.shadow && <ShadowPart shadow={register.shadow} />}</TabPanel>
            <TabPanel id="history">
              <HistoryPart events={register.history ?? []} />
            </TabPanel>
          </Tabs>
          {order && (
            <OrderDialog
              order={order}
              register={register}
              onClose={(isDone) => {
                setOrder(undefined);
                if (isDone) retry();
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

interface VersionsTableProps {
  readonly register: ModelRegister;
  readonly onOrder: (order: ModelOrder) => void;
}

function VersionsTable({ register, onOrder }: VersionsTableProps) {
  const { t } = useTranslation('models');
  const { moment, date } = useFormat();
  const versions = register.versions ?? [];
  if (versions.length === 0) return <Notice kind="information">{t('noVersions')}</Notice>;
  return (
    <DataTable
      caption={t('versionsCaption')}
      rows={versions}
      rowKey={({ version }) => version}
      columns={[
        { id: 'version', heading: t('version'), isRowHeading: true, cell: ({ version }) => version },
        {
          id: 'standing',
          heading: t('standing.heading'),
          cell: ({ standing }) => standing && t(`standing.${standing}`, { defaultValue: standing }),
        },
        {
          id: 'registered',
          heading: t('registered'),
          cell: ({ registeredAt }) => registeredAt && date(registeredAt),
        },
        {
          id: 'approvals',
          heading: t('approvals'),
          cell: ({ approvals, missing }) => (
            <>
              <ul className="plain-list">
                {approvals?.map(({ person, at, comment }) => (
                  <li key={`${person} ${at}`}>
                    {t('approval', {
                      person: person ?? t('nobodySigned'),
                      at: at === null ? '' : moment(at),
                      comment,
                    })}
                  </li>
                ))}
              </ul>
              {missing !== null && missing > 0 && t('approvalsMissing', { count: missing })}
            </>
          ),
        },
        {
          id: 'action',
          heading: t('action'),
          cell: ({ version, standing, missing }) =>
            missing !== null &&
            missing > 0 &&
            standing !== 'RETIRED' && (
              <Button onPress={() => onOrder({ order: 'APPROVE', version })}>{t('approve')}</Button>
            ),
        },
      ]}
    />
  );
}
