import { useCallback, useEffect, useState } from 'react';
import { noShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import { useAsk } from '../session/useAnswer.js';
import { type DataRead, type ReadsAnswer, readsQuery, readWholeLog } from './reads.js';

const PAGE = 50;

/** Who has read the data of the user, as far as it was fetched. */
interface ReadsState {
  readonly reads: readonly DataRead[];
  readonly shortcomings: Shortcomings;
  readonly problem: unknown;
  /** Whether an answer has come, of any kind. */
  readonly isKnown: boolean;
  readonly isWaiting: boolean;
  /** Whether there may be older reads. */
  readonly hasMore: boolean;
  /** Fetches older reads, or tries again. */
  more(): void;
}

const nothing = {
  reads: [],
  shortcomings: noShortcomings,
  problem: undefined,
  isKnown: false,
  hasMore: false,
};

/** @param isWhole true: the whole log at once; false: page by page */
export function useReads({ isWhole }: { readonly isWhole: boolean }): ReadsState {
  const ask = useAsk<ReadsAnswer>();
  const [isWaiting, setWaiting] = useState(true);
  const [state, setState] = useState<Omit<ReadsState, 'isWaiting' | 'more'>>(nothing);

  const fetchAfter = useCallback(
    async (before: readonly DataRead[], signal?: AbortSignal) => {
      setWaiting(true);
      const known = { problem: undefined, isKnown: true };
      try {
        if (isWhole) {
          const whole = await readWholeLog((query, variables) => ask(query, variables, signal));
          setState({ ...whole, ...known, hasMore: !whole.isComplete });
        } else {
          const after = before.at(-1)?.id ?? null;
          const { data, shortcomings } = await ask(readsQuery, { first: PAGE, after }, signal);
          const found = data?.accessLog ?? [];
          setState({ reads: [...before, ...found], shortcomings, ...known, hasMore: found.length === PAGE });
        }
      } catch (problem) {
        if (!signal?.aborted) setState((last) => ({ ...last, problem }));
      } finally {
        if (!signal?.aborted) setWaiting(false);
      }
    },
    [ask, isWhole],
  );

  useEffect(() => {
    const abort = new AbortController();
    setState(nothing);
    void fetchAfter([], abort.signal);
    return () => abort.abort();
  }, [fetchAfter]);

  return { ...state, isWaiting, more: () => void fetchAfter(state.reads) };
}
