import { type FormEvent, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Choice } from '../parts/choice.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { usePathWords } from '../paths/pathWords.js';
import type { Subject } from '../people/subjects.js';
import { noShortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAsk } from '../session/useAnswer.js';
import {
  type ChildAssessment,
  familyNeedQuery,
  type NeedAnswer,
  personNeedQuery,
  quartersOf,
  readAssessments,
  yearsToAsk,
} from './assessment.js';
import { AssessmentView } from './assessmentView.js';

const horizons = [1, 2, 3, 4, 5];

/** An answer, and what it is an answer to. */
interface Asked {
  readonly children: readonly ChildAssessment[];
  readonly years: number;
}

/** Asks for the predicted need of a child, or of each child of a family, when the user presses the button. */
export function SubjectNeed({ subject }: { readonly subject: Subject }) {
  const { t } = useTranslation('needs');
  const words = usePathWords();
  const ask = useAsk<NeedAnswer>();
  const now = new Date();
  const years = yearsToAsk(subject.birthYear, now);
  const [year, setYear] = useState(years[0]!);
  const quarters = quartersOf(year, now);
  const [chosenQuarter, setQuarter] = useState<string>();
  const asOf = quarters.find((quarter) => quarter === chosenQuarter) ?? quarters.at(-1)!;
  const [horizon, setHorizon] = useState(5);
  const [isWaiting, setWaiting] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const [problem, setProblem] = useState<unknown>();
  const [shortcomings, setShortcomings] = useState(noShortcomings);

  async function askNeed(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isWaiting) return;
    setAsked(undefined);
    setProblem(undefined);
    setShortcomings(noShortcomings);
    setWaiting(true);
    try {
      const query = subject.kind === 'family' ? familyNeedQuery : personNeedQuery;
      const answer = await ask(query, { id: subject.id, asOf, years: horizon });
      setShortcomings(answer.shortcomings);
      setAsked({ children: readAssessments(answer.data ?? {}), years: horizon });
    } catch (reason) {
      setProblem(reason);
    } finally {
      setWaiting(false);
    }
  }

  return (
    <section className="subject-need" aria-label={subject.title}>
      <form className="card need-question" onSubmit={(event) => void askNeed(event)}>
        <h2>{subject.title}</h2>
        <p className="need-soft">{subject.subtitle}</p>
        <p>{t('ownJudgement')}</p>
        <div className="need-choices">
          <Choice
            label={t('year')}
            value={String(year)}
            options={years.map((one) => ({ id: String(one), label: String(one) }))}
            onChange={(one) => {
              setYear(Number(one));
              setAsked(undefined);
            }}
          />
          <Choice
            label={t('quarter')}
            value={asOf}
            options={quarters.map((id) => ({ id, label: t(`quarters.${id.slice(-2)}`) }))}
            onChange={(one) => {
              setQuarter(one);
              setAsked(undefined);
            }}
          />
          <Choice
            label={t('horizon')}
            value={String(horizon)}
            options={horizons.map((count) => ({ id: String(count), label: t('years', { count }) }))}
            onChange={(one) => {
              setHorizon(Number(one));
              setAsked(undefined);
            }}
          />
          <Button type="submit" className="react-aria-Button main-action">
            {t(subject.kind === 'family' ? 'askFamily' : 'askChild')}
          </Button>
        </div>
        <p className="need-soft">{t('recorded')}</p>
      </form>
      {isWaiting && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <ShortcomingsBanner {...shortcomings} />
      {asked?.children.length === 0 && <Notice kind="information">{t('noChildren')}</Notice>}
      {asked?.children.map((assessment, index) => (
        <AssessmentView
          key={assessment.child?.id ?? index}
          title={assessment.child ? words.member({ person: assessment.child, role: 'CHILD' }) : subject.title}
          assessment={assessment}
          years={asked.years}
        />
      ))}
      {asked && asked.children.length > 1 && <p className="need-soft">{t('order')}</p>}
    </section>
  );
}
