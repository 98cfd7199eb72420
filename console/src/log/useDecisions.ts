import { useCallback, useEffect, useRef, useState } from 'react';
import type { Shortcomings } from '../refusals/readShortcomings.js';
import { useAsk } from '../session/useAnswer.js';
import type { LoggedEntry, LogFilter, DecisionsAnswer } from './decision.js';
import decisions from './decisions.graphql';
import loggedDecision from './loggedDecision.graphql';

const decisionsQuery = `${decisions}${loggedDecision}`;
const PAGE = 50;
const EXPORT_PAGE = 200;

/** The decisions that were read so far. */
export interface FoundDecisions {
  readonly filter: LogFilter;
  readonly decisions: readonly LoggedEntry[];
  /** null: the log is read to its beginning. */
  readonly cursor: string | null;
  readonly readBackTo: string | null;
  readonly damaged: number;
}

interface DecisionSearch {
  readonly found: FoundDecisions | undefined;
  readonly problem: unknown;
  readonly shortcomings: Shortcomings | undefined;
  readonly isWaiting: boolean;
  search(filter: LogFilter): void;
  readOn(): void;
  /** Forgets what was found. */
  clear(): void;
}

/** Reads pages of the log. A page that found nothing says how far it came, and the user may read on. */
export function useDecisions(): DecisionSearch {
  const ask = useAsk<DecisionsAnswer>();
  const [found, setFound] = useState<FoundDecisions>();
  const [state, setState] = useState<Pick<DecisionSearch, 'problem' | 'shortcomings' | 'isWaiting'>>(idle);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const read = useCallback(
    async (filter: LogFilter, before: FoundDecisions | undefined): Promise<void> => {
      running.current?.abort();
      const { signal } = (running.current = new AbortController());
      setState({ ...idle, isWaiting: true });
      try {
        const variables = { ...filter, first: PAGE, after: before?.cursor };
        const { data, shortcomings } = await ask(decisionsQuery, variables, signal);
        const page = data?.auditLog;
        if (page)
          setFound({
            ...page,
            filter,
            decisions: [...(before?.decisions ?? []), ...page.decisions],
            damaged: (before?.damaged ?? 0) + page.damaged,
          });
        setState({ ...idle, shortcomings: page ? undefined : shortcomings });
      } catch (problem) {
        if (!signal.aborted) setState({ ...idle, problem });
      }
    },
    [ask],
  );
  return {
    found,
    ...state,
    search(filter) {
      setFound(undefined);
      void read(filter, undefined);
    },
    readOn: () => void (found && read(found.filter, found)),
    clear() {
      running.current?.abort();
      setFound(undefined);
      setState(idle);
    },
  };
}

const idle = { problem: undefined, shortcomings: undefined, isWaiting: false };

/** Reads all pages of a filter. `onCount` receives how many decisions were read so far. */
export function useExport(): (
  filter: LogFilter,
  onCount: (count: number) => void,
  signal: AbortSignal,
) => Promise<readonly LoggedEntry[]> {
  const ask = useAsk<DecisionsAnswer>({ partial: false });
  return useCallback(
    async (filter, onCount, signal) => {
      const read: LoggedEntry[] = [];
      let after: string | null = null;
      do {
        const { data } = await ask(decisionsQuery, { ...filter, first: EXPORT_PAGE, after }, signal);
        if (!data?.auditLog) throw new Error('The gateway gave no page of the log.');
        read.push(...data.auditLog.decisions);
        after = data.auditLog.cursor;
        onCount(read.length);
      } while (after !== null);
      return read;
    },
    [ask],
  );
}
