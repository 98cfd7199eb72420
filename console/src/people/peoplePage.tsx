import { useTranslation } from 'react-i18next';
import { PageHeading } from '../parts/pageHeading.js';
import { useSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import { SubjectPage } from './subjectPage.js';
import { SubjectPath } from './subjectPath.js';

/** My people: the user chooses a person or a family, and reads the service path. */
export function PeoplePage() {
  const { t } = useTranslation('people');
  const { purpose } = useSession();
  const { label } = useFormat();
  return (
    <SubjectPage
      name="people-page"
      heading={<PageHeading title={t('title')} lead={t('lead', { purpose: label(purpose.label) })} />}
      showsFirst
      nobody={(listIsOpen) => t(listIsOpen ? 'nobody' : 'lookUpFirst')}
    >
      {(subject) => <SubjectPath key={subject.id} subject={subject} />}
    </SubjectPage>
  );
}
