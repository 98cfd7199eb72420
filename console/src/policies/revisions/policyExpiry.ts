import { useAnswer } from '../../session/useAnswer.js';
import { type Ending, endingOf } from './policyRevisions.js';

const expiryQuery = 'query PolicyExpiry { policyFiles { name expiresAt } }';

/** A policy file with its last moment. */
export interface ExpiringFile {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  readonly ending: Ending;
}

/** The policy files that will expire, the first to end first. With `--dev` there is none. */
export function useExpiringFiles(): readonly ExpiringFile[] {
  const { data } = useAnswer<{
    readonly policyFiles: readonly { readonly name: string; readonly expiresAt: string | null }[] | null;
  }>(expiryQuery);
  const now = new Date();
  return (data?.policyFiles ?? [])
    .flatMap(({ name, expiresAt }) =>
      expiresAt === null ? [] : [{ name, expiresAt, ending: endingOf(expiresAt, now) }],
    )
    .sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
}
