import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from '../parts/problemNotice.js';
import { daysAgo, type LogFilter } from './decision.js';
import { downloadDecisions } from './download.js';
import { useExport } from './useDecisions.js';

interface ExportButtonProps {
  readonly filter: LogFilter;
  readonly isMain?: boolean;
}

/** Reads all pages of a filter and saves them as a file. */
export function ExportButton({ filter, isMain = false }: ExportButtonProps) {
  const { t } = useTranslation('log');
  const readAll = useExport();
  const [count, setCount] = useState<number>();
  const [saved, setSaved] = useState<number>();
  const [problem, setProblem] = useState<unknown>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const save = async (): Promise<void> => {
    const { signal } = (running.current = new AbortController());
    setCount(0);
    setSaved(undefined);
    setProblem(undefined);
    try {
      const decisions = await readAll(filter, setCount, signal);
      downloadDecisions(decisions, daysAgo(0));
      setSaved(decisions.length);
    } catch (fault) {
      if (!signal.aborted) setProblem(fault);
    } finally {
      setCount(undefined);
    }
  };
  return (
    <>
      {count === undefined ? (
        <Button
          className={isMain ? 'react-aria-Button main-action' : 'react-aria-Button'}
          onPress={() => void save()}
        >
          {t('export.save')}
        </Button>
      ) : (
        <Button onPress={() => running.current?.abort()}>{t('export.stop')}</Button>
      )}
      <p role="status" className="log-saved">
        {count !== undefined && t('export.reading', { count })}
        {saved !== undefined && t('export.saved', { count: saved })}
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </>
  );
}
