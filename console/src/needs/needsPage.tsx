import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { PageHeading } from '../parts/pageHeading.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { LookUp } from '../people/lookUp.js';
import '../people/people.css';
import { SubjectList } from '../people/subjectList.js';
import { useSubjects } from '../people/useSubjects.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useOpenFields } from '../session/useOpenFields.js';
import './needs.css';
import { SubjectNeed } from './subjectNeed.js';

/** Predicted need: a professional chooses a child or a family in their care, and asks. */
export function NeedsPage() {
  const { t } = useTranslation('needs');
  const { coordinates } = useOpenFields();
  const listIsOpen = coordinates?.has('Query.persons') ?? false;
  const people = useSubjects(listIsOpen);
  const [chosenId, setChosenId] = useState<string>();
  const chosen = useMemo(
    () => people.subjects.find(({ id }) => id === chosenId),
    [people.subjects, chosenId],
  );
  return (
    <div className="page needs-page">
      <PageHeading title={t('title')} lead={t('lead')} />
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
          <SubjectNeed key={chosen.id} subject={chosen} />
        ) : people.isWaiting ? (
          <Waiting />
        ) : (
          people.problem === undefined && <Notice kind="information">{t('chooseFirst')}</Notice>
        )}
      </div>
    </div>
  );
}
