import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { useAsk } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import { offerFile, ownDataQuery, type SchemaAnswer, schemaQuery } from './ownDataFile.js';
import { type ReadsAnswer, readWholeLog } from './reads.js';

const fileName = 'polku-own-data.json';

/** What became of the last try. */
interface Outcome {
  /** Names of what the file lacks; undefined: there is no file. */
  readonly missing?: readonly string[];
  readonly problem?: unknown;
  readonly isEmpty?: boolean;
}

/** Offers everything that the resident may see as one file (GDPR 15 and 20). */
export function Download() {
  const { t } = useTranslation('own-data');
  const { language } = useFormat();
  const askSchema = useAsk<SchemaAnswer>();
  const askMe = useAsk<{ readonly me: unknown }>();
  const askReads = useAsk<ReadsAnswer>();
  const [isWaiting, setWaiting] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>({});

  async function download(): Promise<void> {
    setWaiting(true);
    setOutcome({});
    try {
      setOutcome(await makeFile());
    } catch (problem) {
      setOutcome({ problem });
    } finally {
      setWaiting(false);
    }
  }

  async function makeFile(): Promise<Outcome> {
    const schema = await askSchema(schemaQuery);
    const query = schema.data && ownDataQuery(schema.data);
    if (!query) return { isEmpty: true };
    const { data, shortcomings, decision } = await askMe(query);
    if (!data?.me) return { isEmpty: true };
    const { reads, isComplete } = await readWholeLog(askReads);
    const missing = [
      ...shortcomings.withheld.flatMap(({ coordinate }) => coordinate ?? []),
      ...shortcomings.faults.map(({ code, message }) => code ?? message),
      ...(isComplete ? [] : ['accessLog']),
    ];
    offerFile(fileName, {
      format: 'polku-own-data',
      version: 1,
      about: t('download.about'),
      language,
      createdAt: new Date().toISOString(),
      decision: decision ?? null,
      person: data.me,
      missing,
      readBy: { isComplete, reads },
    });
    return { missing };
  }

  return (
    <section className="own-part own-words" aria-labelledby="own-download">
      <h2 id="own-download">{t('download.title')}</h2>
      <p>{t('download.lead')}</p>
      <p>{t('download.careful')}</p>
      <p>
        <Button
          className="react-aria-Button main-action"
          isPending={isWaiting}
          onPress={() => void download()}
        >
          {t('download.action')}
        </Button>
      </p>
      {outcome.problem !== undefined && (
        <ProblemNotice problem={outcome.problem} retry={() => void download()} />
      )}
      {outcome.isEmpty && <Notice kind="information">{t('unknownPerson')}</Notice>}
      {outcome.missing && (
        <Notice kind={outcome.missing.length > 0 ? 'warning' : 'information'}>
          <p>{t(outcome.missing.length > 0 ? 'download.doneInPart' : 'download.done', { name: fileName })}</p>
          {outcome.missing.length > 0 && <p>{outcome.missing.join(', ')}</p>}
        </Notice>
      )}
      <h3>{t('download.format')}</h3>
      <p>{t('download.formatText')}</p>
      <dl className="own-keys">
        {fileKeys.map((key) => (
          <div key={key}>
            <dt>
              <code>{key}</code>
            </dt>
            <dd>{t(`download.key.${key}`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const fileKeys = ['person', 'readBy', 'missing', 'decision', 'createdAt'] as const;
