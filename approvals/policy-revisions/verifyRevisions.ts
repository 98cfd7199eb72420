import type { Owners } from '../owners.js';
import { digestOf, signaturesMissing, signsFor, verifySignature } from '../signedDocument.js';
import {
  closurePayload,
  damagedRevisions,
  isCommon,
  ownersConcerned,
  policyFileOfTests,
  readRevision,
  type Revision,
  type SignedClosure,
  type SignedRevision,
} from './revision.js';

/**
 * The state of a revision.
 * - `in-force`: the newest revision that all owners concerned have signed;
 * - `superseded`: it was in force before;
 * - `waiting`: it follows the revision in force, and lacks signatures;
 * - `overtaken`: another revision took its place, so it can never come into force;
 * - `withdrawn`, `rejected`: it was closed before it had all signatures, and accepts no more.
 */
export type RevisionState = 'in-force' | 'superseded' | 'waiting' | 'overtaken' | 'withdrawn' | 'rejected';

/** A file as a revision sets it. */
export interface FileInForce {
  readonly text: string;
  readonly expiresAt: Date;
}

export type Content = ReadonlyMap<string, FileInForce>;

export interface VerifiedRevision extends Revision {
  readonly payload: string;
  readonly digest: string;
  readonly state: RevisionState;
  /** Who has signed it. */
  readonly signers: ReadonlySet<string>;
  /** Owner -> how many more of its people must sign. */
  readonly missing: ReadonlyMap<string, number>;
  /** Who has closed it. It may be in force nevertheless, if the last signature came at the same time. */
  readonly closed: SignedClosure | undefined;
  /** All policies after this revision. */
  readonly content: Content;
  /** All files of tests that revisions up to this one have set or removed (undefined). */
  readonly allTests: ReadonlyMap<string, string | undefined>;
}

export interface RevisionHistory {
  /** By sequence number. */
  readonly revisions: readonly VerifiedRevision[];
  readonly inForce: VerifiedRevision | undefined;
}

/** A verified revision, before it is known which one is in force. */
type Candidate = Omit<VerifiedRevision, 'state'> & {
  readonly approved: boolean;
  readonly before: Candidate | undefined;
};

/**
 * Verifies every revision from the first: its parent, its signatures, and the policies that result from it.
 * @throws PolkuError SIGNATURE_INVALID, POLICY_STORE_INVALID: then nothing in the store can be trusted
 */
export function verifyRevisions(signed: readonly SignedRevision[], owners: Owners): RevisionHistory {
  const byDigest = new Map<string, Candidate>();
  for (const revision of signed.toSorted((a, b) => a.sequence - b.sequence)) {
    const candidate = verify(revision, byDigest, owners);
    byDigest.set(candidate.digest, candidate);
  }
  const candidates = [...byDigest.values()];
  // If two revisions follow the same one and both have all signatures, the higher number is in force.
  const newest = candidates.findLast(({ approved }) => approved);
  const line = new Set<Candidate>();
  for (let at = newest; at; at = at.before) line.add(at);
  const stateOf = (candidate: Candidate): RevisionState => {
    if (candidate === newest) return 'in-force';
    // One person cannot undo what all have signed. Only another revision can undo a change.
    if (line.has(candidate)) return 'superseded';
    if (candidate.closed) return candidate.closed.closure;
    return candidate.before === newest && candidate.sequence > (newest?.sequence ?? 0)
      ? 'waiting'
      : 'overtaken';
  };
  const revisions = candidates.map((candidate) => ({ ...candidate, state: stateOf(candidate) }));
  return { revisions, inForce: revisions.find(({ state }) => state === 'in-force') };
}

function verify(
  { sequence, payload, signatures, closures = [] }: SignedRevision,
  earlier: ReadonlyMap<string, Candidate>,
  owners: Owners,
): Candidate {
  const revision = readRevision(payload);
  if (revision.sequence !== sequence)
    throw damagedRevisions(`revision ${sequence} says that it is revision ${revision.sequence}`);
  const before = revision.parent === undefined ? undefined : earlier.get(revision.parent);
  if (revision.parent !== undefined && !before)
    throw damagedRevisions(`the revision that revision ${sequence} follows is missing, or was altered`);
  const what = `revision ${sequence}`;
  for (const signature of signatures) verifySignature(signature, payload, owners, what);
  const signers = new Set(signatures.map(({ person }) => person));
  const content = contentAfter(revision, before?.content ?? new Map());
  const all = new Set([...(before?.content.keys() ?? []), ...content.keys()]);
  const concerned = ownersConcerned(filesConcerned(revision), all);
  for (const { closure, comment, person, signature } of closures)
    verifySignature({ person, signature }, closurePayload(closure, payload, comment), owners, what);
  const missing = [...concerned]
    .map((owner) => [owner, signaturesMissing(owner, signers, revision.proposedAt, owners)] as const)
    .filter(([, count]) => count > 0);
  return {
    ...revision,
    payload,
    digest: digestOf(payload),
    signers,
    missing: new Map(missing),
    closed: closures.find((closure) => mayClose(closure, revision, concerned, owners)),
    content,
    allTests: new Map([...(before?.allTests ?? []), ...revision.tests]),
    before,
    approved: missing.length === 0 && (before?.approved ?? true),
  };
}

function contentAfter({ files, expiresAt }: Revision, before: Content): Content {
  const content = new Map(before);
  for (const [file, text] of files) {
    if (text === undefined) content.delete(file);
    else content.set(file, { text, expiresAt });
  }
  return content;
}

/** The policy files that a revision changes, or whose tests it changes. */
export function filesConcerned({ files, tests }: Pick<Revision, 'files' | 'tests'>): Iterable<string> {
  return [...files.keys(), ...[...tests.keys()].map(policyFileOfTests)];
}

/** Expired files grant nothing. If a common file has expired, no file grants anything. */
export function withoutExpired(content: Content, now: Date): Content {
  const gone = expiredFiles(content, now);
  const everything = gone.some(isCommon);
  return new Map([...content].filter(([file]) => isCommon(file) || !(everything || gone.includes(file))));
}

export function expiredFiles(content: Content, now: Date): readonly string[] {
  return [...content].filter(([, { expiresAt }]) => expiresAt <= now).map(([file]) => file);
}

/** Whether a person may close a proposal in this way. */
export function mayClose(
  { closure, person }: Pick<SignedClosure, 'closure' | 'person'>,
  revision: Pick<Revision, 'author' | 'proposedAt'>,
  concerned: Iterable<string>,
  owners: Owners,
): boolean {
  if ((closure === 'withdrawn') !== (person === revision.author)) return false;
  return signsFor(person, concerned, revision.proposedAt, owners);
}

/** The number of the next proposal: the first free number after the revision in force. */
export function nextSequence({ revisions, inForce }: RevisionHistory): number {
  const used = new Set(revisions.map(({ sequence }) => sequence));
  let next = (inForce?.sequence ?? 0) + 1;
  while (used.has(next)) next++;
  return next;
}
