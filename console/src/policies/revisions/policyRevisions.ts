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

/** A revision with the exact text that is signed. */
export interface SignedText extends ShownRevision {
  readonly payload: string;
}

/** Who signs policies, and with which passkeys. */
export interface ShownSigning {
  /** false with `--dev`. */
  readonly isNeeded: boolean;
  /** The domain that passkeys are bound to; null: nobody signs with passkeys here. */
  readonly relyingParty: string | null;
  /** The user's login, as owners.yaml can name it. */
  readonly login: string;
  readonly people: readonly ShownSigner[];
}

export interface ShownSigner {
  readonly id: string;
  readonly office: string;
  readonly registries: readonly string[];
  /** Credential ids, base64url. */
  readonly passkeys: readonly string[];
  /** Whether the person has the login of the user; null: owners.yaml does not say. */
  readonly isYou: boolean | null;
  /** The last day on which new signatures are valid. */
  readonly until: string | null;
}

export const REVISION = `{
  sequence standing author comment proposedAt expiresAt files signers missing { registry count } closedBy closedBecause
  comments { person time comment } overruled { tests reason }
}`;
export const SIGNING = '{ isNeeded relyingParty login people { id office registries passkeys isYou until } }';

export const signingQuery = `query PolicySigning { policySigning ${SIGNING} }`;
export const revisionsQuery = `query PolicyRevisions { policyRevisions ${REVISION} }`;

/** How many days ahead an expiry is announced. */
export const DAYS_AHEAD = 60;
const DAY_MS = 86_400_000;

/** When a policy file ends: soon is within {@link DAYS_AHEAD}; undefined: later. */
export type Ending = 'expired' | 'soon' | undefined;

/** @param expiresAt ISO 8601, UTC */
export function endingOf(expiresAt: string, now: Date): Ending {
  if (expiresAt <= now.toISOString()) return 'expired';
  return expiresAt < new Date(now.getTime() + DAYS_AHEAD * DAY_MS).toISOString() ? 'soon' : undefined;
}

/** A policy file in force: the revision that set it, and when its rules end. */
export interface FileStanding {
  readonly file: string;
  readonly sequence: number;
  readonly expiresAt: string;
  readonly ending: Ending;
}

/**
 * Which revision each policy file in force is of. A file expires with the revision that set it last. Files of
 * tests do not expire.
 * @param revisions in any order
 */
export function filesInForce(revisions: readonly ShownRevision[], now: Date): readonly FileStanding[] {
  const line = revisions
    .filter(({ standing }) => standing === 'IN_FORCE' || standing === 'SUPERSEDED')
    .toSorted((a, b) => a.sequence - b.sequence);
  const files = new Map<string, FileStanding>();
  for (const { sequence, expiresAt, files: names } of line)
    for (const file of names)
      if (!file.includes('.test.'))
        files.set(file, { file, sequence, expiresAt, ending: endingOf(expiresAt, now) });
  return [...files.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/**
 * People whose signature counts today for one of these registries. If owners.yaml names a login for the user,
 * only that person.
 */
export function signersFor(
  { people }: ShownSigning,
  registries: readonly string[],
  day: string,
): readonly ShownSigner[] {
  const isKnown = people.some(({ isYou }) => isYou);
  return people.filter(
    (person) =>
      (isKnown ? person.isYou === true : person.isYou === null) &&
      (person.until === null || day <= person.until) &&
      person.registries.some((registry) => registries.includes(registry)),
  );
}
