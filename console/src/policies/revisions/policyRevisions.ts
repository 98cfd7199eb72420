/** The state of a policy revision. */
export type RevisionStanding = 'IN_FORCE' | 'SUPERSEDED' | 'WAITING' | 'OVERTAKEN' | 'WITHDRAWN' | 'REJECTED';

/** A change of the policies, as its author signed it. */
export interface ShownRevision {
  readonly sequence: number;
  readonly standing: RevisionStanding;
  /** Id of a person in owners.yaml, by office. */
  readonly author: string;
  readonly comment: string;
  /** ISO 8601, UTC. */
  readonly proposedAt: string;
  readonly expiresAt: string;
  readonly files: readonly string[];
  readonly signers: readonly string[];
  readonly missing: readonly { readonly registry: string; readonly count: number }[];
  readonly closedBy: string | null;
  readonly closedBecause: string | null;
  readonly comments: readonly { readonly person: string; readonly time: string; readonly comment: string }[];
  /** Failing tests that the signers accept. */
  readonly overruled: { readonly tests: readonly string[]; readonly reason: string } | null;
}

/** Who signs policies, and with which passkeys. */
export interface ShownSigning {
  /** false with `--dev`. */
  readonly isNeeded: boolean;
  /** The domain that passkeys are bound to; null: nobody signs with passkeys here. */
  readonly relyingParty: string | null;
  readonly people: readonly ShownSigner[];
}

export interface ShownSigner {
  readonly id: string;
  readonly office: string;
  readonly registries: readonly string[];
  /** Credential ids, base64url. */
  readonly passkeys: readonly string[];
  /** The last day on which new signatures are valid. */
  readonly until: string | null;
}

export const REVISION = `{
  sequence standing author comment proposedAt expiresAt files signers missing { registry count } closedBy closedBecause
  comments { person time comment } overruled { tests reason }
}`;
export const SIGNING = '{ isNeeded relyingParty people { id office registries passkeys until } }';

export const signingQuery = `query PolicySigning { policySigning ${SIGNING} }`;
export const revisionsQuery = `query PolicyRevisions { policyRevisions ${REVISION} }`;

/** How many days ahead an expiry is announced. */
export const DAYS_AHEAD = 60;
const DAY_MS = 86_400_000;

/** A policy file in force: the revision that set it, and when its rules end. */
export interface FileStanding {
  readonly file: string;
  readonly sequence: number;
  readonly expiresAt: string;
  readonly isEnding: boolean;
}

/**
 * Which revision each policy file in force is of. A file expires with the revision that set it last.
 * @param revisions in any order
 */
export function filesInForce(revisions: readonly ShownRevision[], now: Date): readonly FileStanding[] {
  const soon = new Date(now.getTime() + DAYS_AHEAD * DAY_MS).toISOString();
  const line = revisions
    .filter(({ standing }) => standing === 'IN_FORCE' || standing === 'SUPERSEDED')
    .toSorted((a, b) => a.sequence - b.sequence);
  const files = new Map<string, FileStanding>();
  for (const { sequence, expiresAt, files: names } of line)
    for (const file of names) files.set(file, { file, sequence, expiresAt, isEnding: expiresAt < soon });
  return [...files.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** People whose signature counts today for one of these registries. */
export function signersFor(
  { people }: ShownSigning,
  registries: readonly string[],
  day: string,
): readonly ShownSigner[] {
  return people.filter(
    (person) =>
      (person.until === null || day <= person.until) &&
      person.registries.some((registry) => registries.includes(registry)),
  );
}
