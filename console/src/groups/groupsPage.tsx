import { useEffect, useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { PageHeading } from '../parts/pageHeading.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useSession } from '../session/session.js';
import { useAnswer, useAsk } from '../session/useAnswer.js';
import { AnswerPanel, type GivenAnswer } from './answerPanel.js';
import { AskForm } from './askForm.js';
import { CriteriaCatalogue, type CriteriaAnswer, criteriaQuery } from './criteria.js';
import { FilterBuilder } from './filterBuilder.js';
import { PageStyles } from '../parts/pageStyles.js';
import styles from './groups.css?stylesheet';
import { PricePanel } from './pricePanel.js';
import {
  blankQuestion,
  type GroupAnswer,
  type PlannerQuestion,
  questionFaults,
  questionOperation,
  resultIn,
  yearIn,
} from './question.js';
import type { AnyResult } from './results.js';
import { SavedPanel } from './savedPanel.js';
import { partSentence } from './sentences.js';
import { useBudget, usePrice } from './usePrice.js';
import { useWords } from './useWords.js';

/** The page of planners: a group in sentences, a question about it, its price, and protected numbers. */
export function GroupsPage() {
  const { t } = useTranslation('groups');
  const { data, problem, isWaiting, retry } = useAnswer<CriteriaAnswer>(criteriaQuery);
  const criteria = useMemo(() => data && new CriteriaCatalogue(data), [data]);
  return (
    <div className="page groups">
      <PageStyles address={styles} />
      <PageHeading title={t('title')} lead={t('lead')} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {isWaiting && <Waiting />}
      {criteria && <Planner criteria={criteria} />}
    </div>
  );
}

function Planner({ criteria }: { readonly criteria: CriteriaCatalogue }) {
  const words = useWords(criteria);
  const { t } = words;
  const { user } = useSession();
  const [question, setQuestion] = useState<PlannerQuestion>(blankQuestion);
  /** Changes when another question is opened, so that no form keeps what was written for the one before. */
  const [opened, setOpened] = useState(0);
  const { given, problem, refused, isAsking, ask } = useGivenAnswer();
  const faults = useMemo(() => questionFaults(question, criteria), [question, criteria]);
  const price = usePrice(question, faults.length === 0);
  const { budget, retry: retryBudget } = useBudget();
  const year = yearIn(question);
  const open = (other: PlannerQuestion): void => {
    setQuestion(other);
    setOpened((count) => count + 1);
  };
  const askNow = async (): Promise<void> => {
    await ask(question);
    price.retry();
    retryBudget();
  };
  return (
    <>
      <div className="groups-columns">
        <div className="groups-question" key={opened}>
          <section className="card" aria-labelledby="groups-who">
            <h2 id="groups-who">{t('who')}</h2>
            <FilterBuilder
              group={question.where}
              words={words}
              year={year}
              onChange={(where) => setQuestion({ ...question, where })}
            />
            {question.where.parts.length > 1 && (
              <p className="groups-summary" aria-live="polite">
                {t('summary')} {partSentence(question.where, words)}
              </p>
            )}
          </section>
          <section className="card" aria-labelledby="groups-what">
            <h2 id="groups-what">{t('what')}</h2>
            <AskForm
              asked={question.asked}
              words={words}
              year={year}
              onChange={(asked) => setQuestion({ ...question, asked })}
            />
          </section>
        </div>
        <div className="groups-side">
          <section className="card" aria-labelledby="groups-cost">
            <h2 id="groups-cost">{t('cost')}</h2>
            <PricePanel
              words={words}
              faults={faults}
              price={price}
              budget={budget}
              isAsking={isAsking}
              onAsk={() => void askNow()}
            />
          </section>
          <SavedPanel question={question} recipient={user.recipient} words={words} onOpen={open} />
          <Button className="react-aria-Button quiet" onPress={() => open(blankQuestion)}>
            {t('startAgain')}
          </Button>
        </div>
      </div>
      {isAsking && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {refused.length > 0 && (
        <Notice kind="problem">
          {refused.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </Notice>
      )}
      {given && <AnswerPanel given={given} words={words} isChanged={given.question !== question} />}
    </>
  );
}

/** Asks, and remembers the last answer in memory. */
function useGivenAnswer() {
  const request = useAsk<GroupAnswer<AnyResult['result']>>();
  const [given, setGiven] = useState<GivenAnswer>();
  const [problem, setProblem] = useState<unknown>();
  const [refused, setRefused] = useState<readonly string[]>([]);
  const [isAsking, setAsking] = useState(false);
  // Screen readers say that the answer is there.
  useEffect(() => {
    if (given) document.getElementById('groups-answer')?.focus();
  }, [given]);
  const ask = async (question: PlannerQuestion): Promise<void> => {
    setAsking(true);
    setProblem(undefined);
    setRefused([]);
    setGiven(undefined);
    const { query, variables } = questionOperation(question);
    try {
      const { data, shortcomings, decision } = await request(query, variables);
      const { refusals, faults } = shortcomings;
      setRefused([...refusals.map(({ reason }) => reason), ...faults.map(({ message }) => message)]);
      const result = resultIn(data);
      if (result) {
        const answer = { kind: question.asked.kind, result } as AnyResult;
        setGiven({ question, answer, askedAt: new Date().toISOString(), decision });
      }
    } catch (reason) {
      setProblem(reason);
    } finally {
      setAsking(false);
    }
  };
  return { given, problem, refused, isAsking, ask };
}
