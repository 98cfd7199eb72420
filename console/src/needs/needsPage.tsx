import { useTranslation } from 'react-i18next';
import { PageHeading } from '../parts/pageHeading.js';
import { SubjectPage } from '../people/subjectPage.js';
import './needs.css';
import { SubjectNeed } from './subjectNeed.js';

/** Predicted need: a professional chooses a child or a family in their care, and asks. */
export function NeedsPage() {
  const { t } = useTranslation('needs');
  return (
    <SubjectPage
      name="needs-page"
      heading={<PageHeading title={t('title')} lead={t('lead')} />}
      showsFirst={false}
      nobody={() => t('chooseFirst')}
    >
      {(subject) => <SubjectNeed key={subject.id} subject={subject} />}
    </SubjectPage>
  );
}
