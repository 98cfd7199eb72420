import { lazy, Suspense, useMemo } from 'react';
import { Button } from 'react-aria-components/Button';
import { Notice } from '../parts/notice.js';
import { Waiting } from '../parts/waiting.js';
import { useSession } from '../session/session.js';
import { Comparison } from './comparison.js';
import { askedSentence, protectionSentences, questionFacts } from './describeQuestion.js';
import { csvForm, type FileFacts, writeCsv, writeWorkbook } from './exportFiles.js';
import { partSentence, type Words } from './sentences.js';
import { PublishedNumbers } from './publishedNumbers.js';
import { hasSuppressed, type ResultNames, type PublishedTable, publishedTables } from './publishedTable.js';
import type { PlannerQuestion } from './question.js';
import type { AnyResult } from './results.js';
import { saveFile } from '../parts/saveFile.js';
import { SurvivalPicture } from './survivalPicture.js';
import { namesIn } from './useWords.js';

// The picture and its library load when there are paths to draw.
const SankeyPicture = lazy(async () => ({ default: (await import('./sankeyPicture.js')).SankeyPicture }));

/** An answer with the question that it belongs to. It stays in memory only. */
export interface GivenAnswer {
  readonly question: PlannerQuestion;
  readonly answer: AnyResult;
  /** ISO 8601 */
  readonly askedAt: string;
  readonly decision: string | undefined;
}

interface AnswerPanelProps {
  readonly given: GivenAnswer;
  readonly words: Words;
  /** Whether the question was changed since. */
  readonly isChanged: boolean;
}

/** What was published: pictures, tables, how they are protected, and files of exactly this. */
export function AnswerPanel({ given, words, isChanged }: AnswerPanelProps) {
  const { t } = words;
  const { question, answer } = given;
  const names = useMemo(() => namesIn(words), [words]);
  const tables = useMemo(() => publishedTables(question.asked, answer, names), [question, answer, names]);
  const protection = answer.result.protection;
  const isSuppressed = tables.some(hasSuppressed);
  return (
    <section className="card groups-answer" aria-labelledby="groups-answer" data-testid="answer">
      <h2 id="groups-answer" tabIndex={-1}>
        {t('answer')}
      </h2>
      {isChanged && (
        <Notice kind="warning">
          <p>{t('changed')}</p>
        </Notice>
      )}
      <p className="groups-asked">
        {askedSentence(question.asked, words)} <strong>{partSentence(question.where, words)}</strong>
      </p>
      <Shown answer={answer} tables={tables} words={words} names={names} />
      {isSuppressed && <p className="groups-note">{t('suppressedWhy')}</p>}
      {protection && (
        <section className="groups-protection" aria-labelledby="groups-protection">
          <h3 id="groups-protection">{t('protection.title')}</h3>
          <ul>
            {protectionSentences(protection, words).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
      <Exports given={given} tables={tables} words={words} />
    </section>
  );
}

interface ShownProps {
  readonly answer: AnyResult;
  readonly tables: readonly PublishedTable[];
  readonly words: Words;
  readonly names: ResultNames;
}

function Shown({ answer, tables, words, names }: ShownProps) {
  const { t, format } = words;
  const [first, ...others] = tables;
  if (!first) return null;
  switch (answer.kind) {
    case 'size': {
      const { count } = answer.result;
      return (
        <p className="groups-size">
          <span>{t('result.size')}</span>{' '}
          <strong data-testid="size">{count === null ? t('suppressed') : format.number(count)}</strong>
        </p>
      );
    }
    case 'differences':
    case 'serviceDifferences':
      return <Comparison table={first} words={words} />;
    case 'commonPaths': {
      const transitions = answer.result.transitions ?? [];
      return (
        <>
          {transitions.length > 0 && (
            <Suspense fallback={<Waiting />}>
              <SankeyPicture transitions={transitions} words={words} names={names} />
            </Suspense>
          )}
          {[first, ...others].map((table) => (
            <PublishedNumbers key={table.title} table={table} words={words} empty={t('nothingListed')} />
          ))}
        </>
      );
    }
    default:
      return (
        <>
          {answer.kind === 'timeToEvent' && (
            <SurvivalPicture intervals={answer.result.intervals ?? []} words={words} />
          )}
          <PublishedNumbers table={first} words={words} empty={t('nothingListed')} />
        </>
      );
  }
}

function Exports({ given, tables, words }: Omit<AnswerPanelProps, 'isChanged'> & Pick<ShownProps, 'tables'>) {
  const { t, format } = words;
  const { user, purpose } = useSession();
  const recipient = user.recipientLabel ? format.label(user.recipientLabel) : user.recipient;
  const { protection } = given.answer.result;
  const facts: FileFacts = [
    ...questionFacts(given.question, words),
    [t('fact.asked'), format.moment(given.askedAt)],
    [t('fact.recipient'), recipient],
    [t('fact.purpose'), format.label(purpose.label)],
    ...(given.decision ? [[t('fact.decision'), given.decision] as const] : []),
    ...(protection
      ? [[t('fact.protection'), protectionSentences(protection, words).join(' ')] as const]
      : []),
    ...(tables.some(hasSuppressed) ? [[t('fact.suppressed'), t('suppressedWhy')] as const] : []),
  ];
  const name = `polku-${given.question.asked.kind}-${given.askedAt.slice(0, 10)}`;
  const saveCsv = (): void => {
    const text = writeCsv(tables, facts, csvForm(format.language));
    saveFile(`${name}.csv`, new Blob([text], { type: 'text/csv;charset=utf-8' }));
  };
  const saveWorkbook = async (): Promise<void> =>
    saveFile(`${name}.xlsx`, await writeWorkbook(tables, facts, t('fact.title')));
  return (
    <div className="page-actions">
      <Button onPress={saveCsv}>{t('exportCsv')}</Button>
      <Button onPress={() => void saveWorkbook()}>{t('exportXlsx')}</Button>
    </div>
  );
}
