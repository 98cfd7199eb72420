import { useAnswer } from '../../session/useAnswer.js';
import { type Ending, endingOf } from './policyRevisions.js';

const expiryQuery = 'query PolicyExpiry { policyFiles { name expiresAt grantEnds { grant lastDay } } }';

/** A policy file with its last moment. */
export interface ExpiringFile {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  readonly ending: Ending;
}

/** A grant with its last day. */
interface EndingGrant {
  /** As people find it: `health.yaml: care-team`. */
  readonly name: string;
  /** Such as 2027-12-31. */
  readonly lastDay: string;
}

interface ExpiryAnswer {
  readonly policyFiles:
    | readonly {
        readonly name: string;
        readonly expiresAt: string | null;
        readonly grantEnds: readonly { readonly grant: string; readonly lastDay: string }[];
      }[]
    | null;
}

/** The grants that end soon, the first to end first. */
export function useEndingGrants(): readonly EndingGrant[] {
  const { data } = useAnswer<ExpiryAnswer>(expiryQuery);
  const now = new Date();
  return (data?.policyFiles ?? [])
    .flatMap(({ name: file, grantEnds }) =>
      grantEnds.map(({ grant, lastDay }) => ({ name: `${file}: ${grant}`, lastDay })),
    )
    .filter(({ lastDay }) => endingOf(`${lastDay}T23:59:59.999Z`, now) === 'soon')
    .sort((a, b) => (a.lastDay < b.lastDay ? -1 : 1));
}

/** The policy files that will expire, the first to end first. With `--dev` there is none. */
export function useExpiringFiles(): readonly ExpiringFile[] {
  const { data } = useAnswer<ExpiryAnswer>(expiryQuery);
  const now = new Date();
  return (data?.policyFiles ?? [])
    .flatMap(({ name, expiresAt }) =>
      expiresAt === null ? [] : [{ name, expiresAt, ending: endingOf(expiresAt, now) }],
    )
    .sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
}
