import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { noShortcomings, readShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import { useFormat } from '../texts/useFormat.js';
import type { DecidedAnswer } from './gatewayClient.js';
import { useSession } from './session.js';

type Variables = Readonly<Record<string, unknown>>;

/** The state of a question. */
export interface Answered<Data> {
  /** undefined: no answer yet, or none at all. */
  readonly data: Data | undefined;
  /** What the answer lacks, and who decided that. */
  readonly shortcomings: Shortcomings;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The id under which the audit log has the answer. */
  readonly decision: string | undefined;
  /** What went wrong, for `<ProblemNotice>`; undefined: nothing. */
  readonly problem: unknown;
  readonly isWaiting: boolean;
  retry(): void;
}

/**
 * Asks when the component appears, and again when user, purpose, language, question or variables change. It
 * asks in partial mode, because a page shows what the user may see and names what is withheld.
 * @param options.enabled false: does not ask yet
 */
export function useAnswer<Data>(
  query: string,
  variables?: Variables,
  { enabled = true }: { readonly enabled?: boolean } = {},
): Answered<Data> {
  const { client } = useSession();
  const { language } = useFormat();
  const { data, error, isFetching, refetch } = useQuery({
    // SessionProvider removes the answers of other users and purposes by the first two.
    queryKey: [client.persona, client.purpose, language, query, variables],
    queryFn: ({ signal }) =>
      client.ask<Data>({ query, variables }, { language, partial: true, signal }).then(read<Data>),
    enabled,
  });
  return {
    data: data?.data,
    shortcomings: data?.shortcomings ?? noShortcomings,
    extensions: data?.extensions ?? {},
    decision: data?.decision,
    problem: error ?? undefined,
    isWaiting: isFetching,
    retry: () => void refetch(),
  };
}

/** A finished answer. */
export type Answer<Data> = Pick<Answered<Data>, 'data' | 'shortcomings' | 'extensions' | 'decision'>;

/**
 * For mutations, and for questions that the user asks with a button because they cost or name somebody. The
 * answer is not kept.
 * @param partial false: refused as a whole if policy withholds a part
 * @returns a function that throws NoAnswer
 */
export function useAsk<Data>({ partial = true }: { readonly partial?: boolean } = {}): (
  query: string,
  variables?: Variables,
  signal?: AbortSignal,
) => Promise<Answer<Data>> {
  const { client } = useSession();
  const { language } = useFormat();
  return useCallback(
    async (query, variables, signal) =>
      read(await client.ask<Data>({ query, variables }, { language, partial, signal })),
    [client, language, partial],
  );
}

function read<Data>({ answer, decision }: DecidedAnswer<Data>): Answer<Data> {
  return {
    data: answer.data ?? undefined,
    shortcomings: readShortcomings(answer),
    extensions: answer.extensions ?? {},
    decision,
  };
}
