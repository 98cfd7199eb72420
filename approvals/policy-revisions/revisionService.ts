import { PolkuError } from '../../lib/errors.js';
import { formatProblems, type PolicySource, type Problem } from '../../policies/engine/parse/problems.js';
import { MAX_FILE_BYTES } from '../../policies/engine/parse/sourceDocument.js';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import type { Owners } from '../owners.js';
import {
  digestOf,
  requireSigner,
  type Signature,
  SIGNATURES_NEEDED,
  verifySignature,
} from '../signedDocument.js';
import {
  closurePayload,
  commentPayload,
  ownersConcerned,
  readRevision,
  type Revision,
  type SignedClosure,
  type SignedComment,
  type SignedRevision,
} from './revision.js';
import type { FileChanges } from './draftRevision.js';
import type { RevisionStore } from './revisionStore.js';
import {
  filesConcerned,
  type Content,
  mayClose,
  nextSequence,
  type RevisionHistory,
  type VerifiedRevision,
  verifyRevisions,
} from './verifyRevisions.js';

export interface RevisionServiceOptions {
  readonly store: RevisionStore;
  /** Read for each request, because people join and leave. */
  readonly owners: () => Promise<Owners>;
  /** Compiles policies in a separate thread and returns their problems. */
  readonly check: (sources: readonly PolicySource[]) => Promise<readonly Problem[]>;
  /**
   * The tests that fail (`registry: name`) with policies, and with the files of tests that revisions have
   * set. By default none is run.
   */
  readonly failingTests?: (
    sources: readonly PolicySource[],
    tests: FileChanges,
  ) => Promise<readonly string[]>;
  readonly now?: () => Date;
  /** Receives each step that was accepted. */
  readonly events?: Pick<SecurityEvents, 'record'> | undefined;
}

/** Limits for one person: the bytes of a proposal, and how many proposals may wait for signatures. */
const MAX_PAYLOAD_BYTES = 2 * 2 ** 20;
const MOST_WAITING = 10;
/** How many failing tests a message names. */
const MOST_NAMED = 10;
/** The most characters of a comment on a proposal, or of one that closes it. */
const LONGEST_COMMENT = 1_000;
/** How many comments a person may add to a proposal. */
const MOST_COMMENTS = 20;
/** How much the clock of a person who comments may differ. */
const CLOCK_TOLERANCE_MS = 10 * 60_000;

/**
 * Accepts proposals, approvals and closures of revisions. It has no private keys: people sign on their own
 * machines.
 */
export class RevisionService {
  readonly #options: RevisionServiceOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RevisionServiceOptions) {
    this.#options = options;
  }

  /** @throws PolkuError SIGNATURE_INVALID, POLICY_STORE_INVALID, POLICY_INVALID */
  async history(): Promise<RevisionHistory> {
    const { store, owners } = this.#options;
    return verifyRevisions(await store.read(), await owners());
  }

  /** Whose signatures are valid now. @throws PolkuError POLICY_INVALID */
  async owners(): Promise<Owners> {
    return this.#options.owners();
  }

  /** The revision in force and all before it, with signatures: everything that others need to verify it. */
  async signedInForce(): Promise<readonly SignedRevision[]> {
    const [signed, { revisions }] = [await this.#options.store.read(), await this.history()];
    const line = revisions.filter(({ state }) => state === 'in-force' || state === 'superseded');
    const sequences = new Set(line.map(({ sequence }) => sequence));
    return signed.filter(({ sequence }) => sequences.has(sequence));
  }

  /**
   * Stores a revision with its author's signature, if it could come into force once others have signed it.
   * @throws PolkuError SIGNATURE_INVALID, POLICY_STALE, POLICY_EXPIRED, POLICY_UNSIGNED, POLICY_INVALID,
   * POLICY_TOO_LARGE, POLICY_TOO_MANY, POLICY_TEST_FAILED
   */
  async propose(payload: string, { person, signature }: Signature): Promise<VerifiedRevision> {
    checkSize('The proposal', payload, MAX_PAYLOAD_BYTES);
    const revision = readRevision(payload);
    for (const [file, text] of [...revision.files, ...revision.tests])
      checkSize(file, text ?? '', MAX_FILE_BYTES);
    rejectIdentityCode(revision.comment);
    if (revision.overruled) checkReason(revision.overruled.reason);
    const owners = await this.#options.owners();
    const history = await this.history();
    if (person !== revision.author)
      throw new PolkuError('SIGNATURE_INVALID', 'A revision is proposed with the signature of its author.');
    verifySignature({ person, signature }, payload, owners, `revision ${revision.sequence}`);
    if (revision.parent !== history.inForce?.digest)
      throw new PolkuError(
        'POLICY_STALE',
        `Revision ${revision.sequence} does not follow the one in force${history.inForce ? ` (${history.inForce.sequence})` : ''}; propose it again.`,
      );
    this.#rejectExpired(revision);
    checkNumber(revision, history);
    const proposed = { sequence: revision.sequence, payload, signatures: [{ person, signature }] };
    const earlier = await this.#options.store.read();
    const { revisions } = verifyRevisions([...earlier, proposed], owners);
    const verified = revisions.find(({ digest }) => digest === digestOf(payload))!;
    requireSigner(person, ownersOf(verified), this.#now(), owners);
    this.#checkOwners(verified, owners);
    await this.#compile(verified.content);
    await this.#test(verified);
    await this.#options.store.addRevision(revision.sequence, payload, { person, signature });
    this.#record('policy-proposed', verified);
    return verified;
  }

  /**
   * Adds a signature to a waiting revision.
   * @throws PolkuError SIGNATURE_INVALID, POLICY_STALE, POLICY_EXPIRED, USAGE
   */
  async approve(sequence: number, { person, signature }: Signature): Promise<VerifiedRevision> {
    const owners = await this.#options.owners();
    const revision = await this.waiting(sequence);
    verifySignature({ person, signature }, revision.payload, owners, `revision ${sequence}`);
    if (revision.signers.has(person))
      throw new PolkuError(
        'SIGNATURE_INVALID',
        `"${person}" has signed revision ${sequence} already; somebody else must.`,
      );
    requireSigner(person, ownersOf(revision), this.#now(), owners);
    await this.#compile(revision.content);
    await this.#exclusively(async () => {
      // Somebody may have closed it during the compilation.
      await this.waiting(sequence);
      await this.#options.store.addSignature(sequence, { person, signature });
    });
    const { revisions } = await this.history();
    const signed = revisions.find(({ digest }) => digest === revision.digest)!;
    this.#record('policy-signed', signed);
    return signed;
  }

  /**
   * Closes a waiting proposal: its author withdraws it, or another person of an owner that it concerns
   * rejects it.
   * @throws PolkuError SIGNATURE_INVALID, POLICY_STALE, POLICY_EXPIRED, BAD_USER_INPUT
   */
  async close(sequence: number, closed: SignedClosure): Promise<VerifiedRevision> {
    const { closure, person, signature, comment } = closed;
    checkReason(comment);
    const owners = await this.#options.owners();
    const revision = await this.waiting(sequence);
    const text = closurePayload(closure, revision.payload, comment);
    verifySignature({ person, signature }, text, owners, `revision ${sequence}`);
    requireSigner(person, ownersOf(revision), this.#now(), owners);
    if (!mayClose(closed, revision, ownersOf(revision), owners))
      throw new PolkuError(
        'SIGNATURE_INVALID',
        closure === 'withdrawn'
          ? `Revision ${sequence} is withdrawn by its author alone (${revision.author}); others reject it.`
          : `Revision ${sequence} is rejected by another person than its author, who withdraws it.`,
      );
    await this.#exclusively(async () => {
      await this.waiting(sequence);
      await this.#options.store.addClosure(sequence, closed);
    });
    const { revisions } = await this.history();
    const now = revisions.find(({ digest }) => digest === revision.digest)!;
    if (now.state === closure || now.state === 'overtaken') {
      this.#options.events?.record('policy-closed', { sequence, closure });
      return now;
    }
    throw new PolkuError(
      'POLICY_STALE',
      `Revision ${sequence} got its last signature meanwhile: ${takeBack}`,
    );
  }

  /**
   * Adds what a person of an owner concerned says about a waiting proposal.
   * @throws PolkuError SIGNATURE_INVALID, POLICY_STALE, POLICY_EXPIRED, POLICY_TOO_MANY, BAD_USER_INPUT
   */
  async comment(sequence: number, said: SignedComment): Promise<VerifiedRevision> {
    const { person, comment, time } = said;
    checkReason(comment);
    if (Math.abs(time.getTime() - this.#now().getTime()) > CLOCK_TOLERANCE_MS)
      throw new PolkuError('BAD_USER_INPUT', 'The time of the comment is not now. Set the clock.');
    const owners = await this.#options.owners();
    const revision = await this.waiting(sequence);
    this.#verifyComment(revision, said, owners);
    requireSigner(person, ownersOf(revision), this.#now(), owners);
    await this.#exclusively(async () => {
      const earlier = ((await this.#options.store.comments()).get(sequence) ?? []).filter(
        (one) => one.person === person,
      );
      if (earlier.length >= MOST_COMMENTS)
        throw new PolkuError(
          'POLICY_TOO_MANY',
          `"${person}" has made ${earlier.length} comments on revision ${sequence} already.`,
        );
      await this.#options.store.addComment(sequence, said, earlier.length + 1);
    });
    return revision;
  }

  /**
   * What people said about revisions, by number, the oldest first.
   * @throws PolkuError SIGNATURE_INVALID if a comment was altered; POLICY_STORE_INVALID
   */
  async comments({ revisions }: RevisionHistory): Promise<ReadonlyMap<number, readonly SignedComment[]>> {
    const owners = await this.#options.owners();
    const all = await this.#options.store.comments();
    for (const revision of revisions)
      for (const said of all.get(revision.sequence) ?? []) this.#verifyComment(revision, said, owners);
    return all;
  }

  #verifyComment({ sequence, payload }: VerifiedRevision, said: SignedComment, owners: Owners): void {
    const text = commentPayload(payload, said.comment, said.time);
    verifySignature(said, text, owners, `a comment on revision ${sequence}`);
  }

  /**
   * A revision that waits for signatures.
   * @throws PolkuError BAD_USER_INPUT, POLICY_STALE, POLICY_EXPIRED
   */
  async waiting(sequence: number): Promise<VerifiedRevision> {
    const { revisions } = await this.history();
    const revision = revisions.find((one) => one.sequence === sequence);
    if (!revision)
      throw new PolkuError(
        'BAD_USER_INPUT',
        `There is no revision ${sequence}; "polku policy history" lists them.`,
      );
    if (revision.state !== 'waiting') throw new PolkuError('POLICY_STALE', whyNotWaiting(revision));
    this.#rejectExpired(revision);
    return revision;
  }

  #record(event: 'policy-proposed' | 'policy-signed', { sequence, missing }: VerifiedRevision): void {
    const lacking = [...missing.values()].reduce((sum, count) => sum + count, 0);
    this.#options.events?.record(event, { sequence, missing: lacking });
  }

  #rejectExpired({ sequence, expiresAt }: Pick<VerifiedRevision, 'sequence' | 'expiresAt'>): void {
    if (expiresAt > this.#now()) return;
    throw new PolkuError(
      'POLICY_EXPIRED',
      `Revision ${sequence} expired on ${expiresAt.toISOString()}; propose it again.`,
    );
  }

  /** Rejects a proposal that could never get enough signatures. */
  #checkOwners(revision: VerifiedRevision, owners: Owners): void {
    const lacking = [...ownersOf(revision)].filter(
      (owner) => (owners.peopleOf.get(owner)?.size ?? 0) < SIGNATURES_NEEDED,
    );
    if (lacking.length === 0) return;
    throw new PolkuError(
      'POLICY_UNSIGNED',
      `Nobody could approve this: owners.yaml names fewer than two people for ${lacking.join(', ')}.`,
      { owners: lacking },
    );
  }

  async #compile(content: Content): Promise<void> {
    const sources = [...content].map(([file, { text }]) => ({ file, text }));
    const errors = (await this.#options.check(sources)).filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return;
    throw new PolkuError('POLICY_INVALID', `The policies would not compile:\n${formatProblems(errors)}`);
  }

  /** Rejects a proposal with a failing test that its author does not overrule by name. */
  async #test({ content, allTests, overruled }: VerifiedRevision): Promise<void> {
    const { failingTests } = this.#options;
    if (!failingTests) return;
    const sources = [...content].map(([file, { text }]) => ({ file, text }));
    const known = new Set(overruled?.tests);
    const failing = (await failingTests(sources, allTests)).filter((name) => !known.has(name));
    if (failing.length === 0) return;
    throw new PolkuError(
      'POLICY_TEST_FAILED',
      `${failing.length} tests of the policies fail: ${failing.slice(0, MOST_NAMED).join('; ')}${failing.length > MOST_NAMED ? '; and more' : ''}. Correct the policies or the tests, or overrule the tests by name and say why.`,
      { tests: failing },
    );
  }

  /** Runs work that reads a revision and then writes to it, one piece of work at a time. */
  async #exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    await done;
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

const takeBack = 'it is in force. Take it back with "polku policy rollback".';

function whyNotWaiting({ sequence, state }: VerifiedRevision): string {
  switch (state) {
    case 'overtaken':
      return `Revision ${sequence} was overtaken by another; propose it again.`;
    case 'withdrawn':
    case 'rejected':
      return `Revision ${sequence} was ${state} and accepts no more signatures; propose it again.`;
    default:
      return `Revision ${sequence} needs no more signatures: it is ${state}.`;
  }
}

/** @throws PolkuError POLICY_TOO_LARGE */
function checkSize(what: string, text: string, most: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > most)
    throw new PolkuError('POLICY_TOO_LARGE', `${what} has ${bytes} bytes; at most ${most} are accepted.`);
}

/**
 * Accepts only the next free number, so that nobody can use up all numbers.
 * @throws PolkuError POLICY_STALE, POLICY_TOO_MANY
 */
function checkNumber({ sequence, author }: Revision, history: RevisionHistory): void {
  const next = nextSequence(history);
  if (sequence !== next)
    throw new PolkuError(
      'POLICY_STALE',
      sequence < next
        ? `Revision ${sequence} was proposed by somebody else meanwhile; propose again.`
        : `The next revision is ${next}, not ${sequence}; propose again.`,
    );
  const waiting = history.revisions.filter((one) => one.state === 'waiting' && one.author === author);
  if (waiting.length >= MOST_WAITING)
    throw new PolkuError(
      'POLICY_TOO_MANY',
      `"${author}" has ${waiting.length} proposals that wait for signatures; withdraw one first.`,
    );
}

/** The owners that a revision concerns. */
export function ownersOf(
  revision: Pick<VerifiedRevision, 'files' | 'tests' | 'content'>,
): ReadonlySet<string> {
  const changed = filesConcerned(revision);
  return ownersConcerned(changed, [...revision.content.keys(), ...changed]);
}

/** @throws PolkuError BAD_USER_INPUT, IDENTITY_CODE_LITERAL */
function checkReason(text: string): void {
  if (text.trim() === '' || text.length > LONGEST_COMMENT)
    throw new PolkuError('BAD_USER_INPUT', `Say why, in at most ${LONGEST_COMMENT} characters.`);
  rejectIdentityCode(text);
}

/** A comment is signed and stored with its revision, so that nothing can be removed from it later. */
function rejectIdentityCode(comment: string): void {
  if (holdsIdentityCode(comment))
    throw new PolkuError(
      'IDENTITY_CODE_LITERAL',
      'An identity code must not stand in a comment: it is kept for ever.',
    );
}
