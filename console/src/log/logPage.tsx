import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../parts/pageHeading.js';
import { BreakGlassView } from './breakGlassView.js';
import { FilterView } from './filterView.js';
import './log.css';
import { PersonView } from './personView.js';
import { UnusualView } from './unusualView.js';
import { VerificationView } from './verificationView.js';

/** For log controllers: who read whose data and why, what needs a review, and whether the log is whole. */
export function LogPage() {
  const { t } = useTranslation('log');
  return (
    <div className="page log">
      <PageHeading title={t('title')} lead={t('lead')} />
      <Tabs>
        <TabList aria-label={t('title')}>
          <Tab id="glass">{t('tab.glass')}</Tab>
          <Tab id="person">{t('tab.person')}</Tab>
          <Tab id="reader">{t('tab.reader')}</Tab>
          <Tab id="purpose">{t('tab.purpose')}</Tab>
          <Tab id="unusual">{t('tab.unusual')}</Tab>
          <Tab id="verification">{t('tab.verification')}</Tab>
          <Tab id="export">{t('tab.export')}</Tab>
        </TabList>
        <TabPanel id="glass">
          <BreakGlassView />
        </TabPanel>
        <TabPanel id="person">
          <PersonView />
        </TabPanel>
        <TabPanel id="reader">
          <FilterView by="reader" />
        </TabPanel>
        <TabPanel id="purpose">
          <FilterView by="purpose" />
        </TabPanel>
        <TabPanel id="unusual">
          <UnusualView />
        </TabPanel>
        <TabPanel id="verification">
          <VerificationView />
        </TabPanel>
        <TabPanel id="export">
          <FilterView by="export" />
        </TabPanel>
      </Tabs>
    </div>
  );
}
