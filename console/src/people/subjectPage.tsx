import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useOpenFields } from '../session/useOpenFields.js';
import { LookUp } from './lookUp.js';
import './people.css';
import { SubjectList } from './subjectList.js';
import type { Subject } from './subjects.js';
import { useSubjects } from './useSubjects.js';

interface SubjectPageProps {
  /** The class of the page. */
  readonly name: string;
  readonly heading: ReactNode;
  /** Whether the first in the list is shown until another is chosen. */
  readonly showsFirst: boolean;
  /** What to say while nobody is chosen. */
  readonly nobody: (listIsOpen: boolean) => string;
  readonly children: (subject: Subject) => ReactNode;
}

const nothingOpen: ReadonlySet<string> = new Set();

/** A page about a person or a family that the user chooses from a list, or looks up. */
export function SubjectPage({ name, heading, showsFirst, nobody, children }: SubjectPageProps) {
  const { t } = useTranslation('people');
  const { coordinates } = useOpenFields();
  const open = coordinates ?? nothingOpen;
  const people = useSubjects(open);
  const [chosenId, setChosenId] = useState<string>();
  const first = showsFirst ? people.subjects[0] : undefined;
  const chosen = people.subjects.find(({ id }) => id === chosenId) ?? first;
  return (
    <div className={`page ${name}`}>
      {heading}
      <ShortcomingsBanner {...people.shortcomings} />
      {people.problem !== undefined && <ProblemNotice problem={people.problem} retry={people.retry} />}
      <div className="people-columns">
        <div className="people-choice">
          {open.has('Query.personByIdentityCode') && (
            <LookUp
              open={open}
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
          children(chosen)
        ) : people.isWaiting ? (
          <Waiting />
        ) : (
          people.problem === undefined && (
            <Notice kind="information">{nobody(open.has('Query.persons'))}</Notice>
          )
        )}
      </div>
    </div>
  );
}
