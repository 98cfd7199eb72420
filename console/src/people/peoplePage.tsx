import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { PageHeading } from '../parts/pageHeading.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useSession } from '../session/session.js';
import { useOpenFields } from '../session/useOpenFields.js';
import { useFormat } from '../texts/useFormat.js';
import { LookUp } from './lookUp.js';
import './people.css';
import { SubjectList } from './subjectList.js';
import { SubjectPath } from './subjectPath.js';
import { useSubjects } from './useSubjects.js';

/** My people: the user chooses a person or a family, and reads the service path. */
export function PeoplePage() {
  const { t } = useTranslation('people');
  const { purpose } = useSession();
  const { label } = useFormat();
  const { coordinates } = useOpenFields();
  const listIsOpen = coordinates?.has('Query.persons') ?? false;
  const people = useSubjects(listIsOpen);
  const [chosenId, setChosenId] = useState<string>();
  const chosen = useMemo(
    () => people.subjects.find(({ id }) => id === chosenId) ?? people.subjects[0],
    [people.subjects, chosenId],
  );

  return (
    <div className="page people-page">
      <PageHeading title={t('title')} lead={t('lead', { purpose: label(purpose.label) })} />
      <ShortcomingsBanner {...people.shortcomings} />
      {people.problem !== undefined && <ProblemNotice problem={people.problem} retry={people.retry} />}
      <div className="people-columns">
        <div className="people-choice">
          {coordinates?.has('Query.personByIdentityCode') && (
            <LookUp
              onFound={(person) => {
                people.add(person);
                setChosenId(person.id);
              }}
            />
          )}
          {people.subjects.length > 0 && (
            <SubjectList subjects={people.subjects} chosen={chosen} onChoose={setChosenId} />
          )}
          {people.hasMore && (
            <Button isPending={people.isWaiting} onPress={people.more}>
              {t('more')}
            </Button>
          )}
        </div>
        {chosen ? (
          <SubjectPath key={chosen.id} subject={chosen} />
        ) : people.isWaiting ? (
          <Waiting />
        ) : (
          people.problem === undefined && (
            <Notice kind="information">{t(listIsOpen ? 'nobody' : 'lookUpFirst')}</Notice>
          )
        )}
      </div>
    </div>
  );
}
