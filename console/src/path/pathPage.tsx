import { useMemo, useState } from 'react';
import { readShortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAnswer, useSession } from '../session/session.js';
import './path.css';
import { PathPicture } from './pathPicture.js';
import { listSubjects, type PeopleAnswer, peopleQuery, type DrawnSubject } from './servicePath.js';

const peopleQuestion = { query: peopleQuery };

/** The page where the user chooses a person or a family and sees the path. */
export function PathPage() {
  const { client, user, purpose } = useSession();
  const asked = useAnswer<PeopleAnswer>(client, peopleQuestion);
  const [choice, setChoice] = useState<DrawnSubject>();
  const answer = asked.state === 'answered' ? asked.answer : undefined;
  const { people, families } = useMemo(() => listSubjects(answer?.data ?? { persons: null }), [answer]);

  if (asked.state === 'asking') return <p className="page page-note">Asking who your people are …</p>;
  if (asked.state === 'failed') return <p className="page page-note">{asked.problem}</p>;
  const all = [...families, ...people];
  // An id belongs to one persona and purpose, so a choice made as another persona is invalid here.
  const subject = all.find(({ id }) => id === choice?.id) ?? all[0];

  return (
    <div className="page">
      <div className="page-body">
        <h1>Path</h1>
        <p className="page-lead">
          The way of a person or a family through the services of the city, as far as policy shows it to you
          for the purpose {purpose.label.en.toLowerCase()}.
        </p>
        <ShortcomingsBanner {...readShortcomings(asked.answer)} />
        {subject ? (
          <div className="path-columns">
            <nav className="card subject-lists" aria-label="People and families">
              {families.length > 0 && (
                <SubjectList heading="Families" subjects={families} chosen={subject} onChoose={setChoice} />
              )}
              <SubjectList heading="People" subjects={people} chosen={subject} onChoose={setChoice} />
              {answer?.data?.persons?.hasMore && <p className="subjects-more">The first fifty are listed.</p>}
            </nav>
            <PathPicture key={subject.id} subject={subject} />
          </div>
        ) : (
          <p className="page-note" data-testid="nobody">
            For the purpose {purpose.label.en.toLowerCase()}, {user.label.en} is given no list of people, so
            there is nobody’s path to choose here. Be somebody else above, ask for another purpose, or ask in
            the explorer.
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
