import type { Subject } from './people.js';

interface SubjectListProps {
  readonly heading: string;
  readonly subjects: readonly Subject[];
  readonly chosen: Subject | undefined;
  readonly onChoose: (subject: Subject) => void;
}

/** People or families to choose one of. */
export function SubjectList({ heading, subjects, chosen, onChoose }: SubjectListProps) {
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
