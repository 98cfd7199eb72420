import { useMemo, useState } from 'react';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useSession } from '../session/session.js';
import { useAnswer } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import './path.css';
import { PathPicture } from './pathPicture.js';
import { listSubjects, type PeopleAnswer, peopleQuery, type DrawnSubject } from './servicePath.js';

/** The page where the user chooses a person or a family and sees the path. */
export function PeoplePage() {
  const { purpose } = useSession();
  const { label } = useFormat();
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<PeopleAnswer>(peopleQuery);
  const [choice, setChoice] = useState<DrawnSubject>();
  const { people, families } = useMemo(() => listSubjects(data ?? { persons: null }), [data]);

  if (problem) return <ProblemNotice problem={problem} retry={retry} />;
  if (isWaiting) return <Waiting />;
  const all = [...families, ...people];
  // An id belongs to one persona and purpose, so a choice made as another persona is invalid here.
  const subject = all.find(({ id }) => id === choice?.id) ?? all[0];

  return (
    <div className="page">
      <div className="page-body">
        <h1>Path</h1>
        <p className="page-lead">
          The way of a person or a family through the services of the city, as far as policy shows it to you
          for the purpose {label(purpose.label).toLowerCase()}.
        </p>
        <ShortcomingsBanner {...shortcomings} />
        {subject ? (
          <div className="path-columns">
            <nav className="card subject-lists" aria-label="People and families">
              {families.length > 0 && (
                <SubjectList heading="Families" subjects={families} chosen={subject} onChoose={setChoice} />
              )}
              <SubjectList heading="People" subjects={people} chosen={subject} onChoose={setChoice} />
              {data?.persons?.hasMore && <p className="subjects-more">The first fifty are listed.</p>}
            </nav>
            <PathPicture key={subject.id} subject={subject} />
          </div>
        ) : (
          <p className="page-note" data-testid="nobody">
            For the purpose {label(purpose.label).toLowerCase()}you are given no list of people, so there is
            nobody’s path to choose here. Be somebody else above, ask for another purpose, or ask in the
            explorer.
          </p>
        )}
      </div>
    </div>
  );
}

interface SubjectListProps {
  readonly heading: string;
  readonly subjects: readonly DrawnSubject[];
  readonly chosen: DrawnSubject | undefined;
  readonly onChoose: (subject: DrawnSubject) => void;
}

/** People or families to choose one of. */
function SubjectList({ heading, subjects, chosen, onChoose }: SubjectListProps) {
  return (
    <section className="subjects" aria-label={heading}>
      <h2>
        {heading} <span>{subjects.length}</span>
      </h2>
      <ul>
        {subjects.map((subject) => (
          <li key={subject.id}>
            <button type="button" aria-pressed={subject.id === chosen?.id} onClick={() => onChoose(subject)}>
              <strong>{subject.title}</strong>
              <span>{subject.subtitle}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
