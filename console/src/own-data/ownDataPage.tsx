import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../parts/pageHeading.js';
import { Download } from './download.js';
import { Models } from './models.js';
import './ownData.css';
import { OwnPath } from './ownPath.js';
import { Readers } from './readers.js';
import { Rights } from './rights.js';

/** My data: what a resident may know about their own data, and do about it. */
export function OwnDataPage() {
  const { t } = useTranslation('own-data');
  return (
    <div className="page own-data-page">
      <PageHeading title={t('title')} lead={t('lead')} />
      <Tabs>
        <TabList aria-label={t('tabs')}>
          <Tab id="path">{t('tab.path')}</Tab>
          <Tab id="readers">{t('tab.readers')}</Tab>
          <Tab id="models">{t('tab.models')}</Tab>
          <Tab id="rights">{t('tab.rights')}</Tab>
          <Tab id="download">{t('tab.download')}</Tab>
        </TabList>
        <TabPanel id="path">
          <OwnPath />
        </TabPanel>
        <TabPanel id="readers">
          <Readers />
        </TabPanel>
        <TabPanel id="models">
          <Models />
        </TabPanel>
        <TabPanel id="rights">
          <Rights />
        </TabPanel>
        <TabPanel id="download">
          <Download />
        </TabPanel>
      </Tabs>
    </div>
  );
}
