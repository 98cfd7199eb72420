import type { PolicySource } from '../engine/parse/policySource.js';
import type { Problem } from '../engine/parse/problems.js';
import { formatProblems } from '../engine/report/formatProblems.js';
import { PolkuError } from '../../schema/polkuError.js';
import { ownersConcerned } from './fileOwner.js';
import {
  type Content,
  counts,
  judgeRevisions,
  type JudgedRevision,
  type RevisionHistory,
  SIGNATURES_NEEDED,
  verifySignature,
} from './judgeRevisions.js';
import type { Owners } from './owners.js';
import { digestOf, readPayload, type Signature } from './revision.js';
import type { RevisionStore } from './revisionStore.js';

export interface RevisionDeskOptions {
  readonly store: RevisionStore;
  /** Read anew each time: people come and go. */
  readonly owners: () => Promise<Owners>;
  /** Compiles policies and tells what is wrong with them. */
  readonly check: (sources: readonly PolicySource[]) => readonly Problem[];
  readonly now?: () => Date;
}

/** Where people propose and approve revisions. It holds no key: whoever signs does that at home. */
export class RevisionDesk {
  readonly #options: RevisionDeskOptions;

  constructor(options: RevisionDeskOptions) {
    this.#options = options;
  }

  /** @throws PolkuError SIGNATURE_INVALID, POLICY_STORE_INVALID, POLICY_INVALID */
  async history(): Promise<RevisionHistory> {
    const { store, owners } = this.#options;
    return judgeRevisions(await store.read(), await owners());
  }

  /**
   * Takes a revision with its author's signature, if it could come into force once others sign it.
   * @throws PolkuError SIGNATURE_INVALID, POLICY_STALE, POLICY_EXPIRED, POLICY_UNSIGNED, POLICY_INVALID
   */
  async propose(payload: string, { person, signature }: Signature): Promise<JudgedRevision> {
    const revision = readPayload(payload);
    const owners = await this.#options.owners();
    const history = await this.history();
    if (person !== revision.author)
      throw new PolkuError('SIGNATURE_INVALID', 'A revision is proposed with the signature of its author.');
    verifySignature({ person, signature }, revision, payload, owners);
    if (revision.parent !== history.inForce?.digest)
      throw new PolkuError(
        'POLICY_STALE',
        `Revision ${revision.sequence} does not follow the one in force${history.inForce ? ` (${history.inForce.sequence})` : ''}; propose it anew.`,
      );
    this.#refuseExpired(revision);
    const proposed = { sequence: revision.sequence, payload, signatures: [{ person, signature }] };
    const earlier = await this.#options.store.read();
    if (earlier.some(({ sequence }) => sequence >= revision.sequence))
      throw new PolkuError(
        'POLICY_STALE',
        `Revision ${revision.sequence} was proposed by somebody else meanwhile; propose again.`,
      );
    const { revisions } = judgeRevisions([...earlier, proposed], owners);
    const judged = revisions.find(({ digest }) => digest === digestOf(payload))!;
    this.#checkSigner(judged, person, owners);
    this.#checkOwners(judged, owners);
    this.#compile(judged.content);
    await this.#options.store.addRevision(revision.sequence, payload, { person, signature });
    return judged;
  }

  /**
   * Takes one more signature of a waiting revision.
   * @throws PolkuError SIGNATURE_INVALID, POLICY_STALE, POLICY_EXPIRED, USAGE
   */
  async approve(sequence: number, { person, signature }: Signature): Promise<JudgedRevision> {
    const owners = await this.#options.owners();
    const revision = await this.waiting(sequence);
    verifySignature({ person, signature }, revision, revision.payload, owners);
    if (revision.signers.has(person))
      throw new PolkuError(
        'SIGNATURE_INVALID',
        `"${person}" has signed revision ${sequence} already; somebody else must.`,
      );
    this.#checkSigner(revision, person, owners);
    this.#compile(revision.content);
    await this.#options.store.addSignature(sequence, { person, signature });
    const { revisions } = await this.history();
    return revisions.find(({ digest }) => digest === revision.digest)!;
  }

  /**
   * A revision that waits for signatures.
   * @throws PolkuError BAD_USER_INPUT, POLICY_STALE, POLICY_EXPIRED
   */
  async waiting(sequence: number): Promise<JudgedRevision> {
    const { revisions } = await this.history();
    const revision = revisions.find((one) => one.sequence === sequence);
    if (!revision)
      throw new PolkuError(
        'BAD_USER_INPUT',
        `There is no revision ${sequence}; "polku policy history" lists them.`,
      );
    if (revision.state !== 'waiting')
      throw new PolkuError(
        'POLICY_STALE',
        revision.state === 'overtaken'
          ? `Revision ${sequence} was overtaken by another; propose it anew.`
          : `Revision ${sequence} needs no more signatures: it is ${revision.state}.`,
      );
    this.#refuseExpired(revision);
    return revision;
  }

  #refuseExpired({ sequence, expiresAt }: Pick<JudgedRevision, 'sequence' | 'expiresAt'>): void {
    if (expiresAt > this.#now()) return;
    throw new PolkuError(
      'POLICY_EXPIRED',
      `Revision ${sequence} expired on ${expiresAt.toISOString()}; propose it anew.`,
    );
  }

  #checkSigner(revision: JudgedRevision, person: string, owners: Owners): void {
    const concerned = [...ownersOf(revision)];
    const mayToday = counts(owners.people.get(person), { proposedAt: this.#now() });
    if (mayToday && concerned.some((owner) => owners.peopleOf.get(owner)?.has(person))) return;
    throw new PolkuError(
      'SIGNATURE_INVALID',
      `"${person}" signs for none of the owners whom revision ${revision.sequence} concerns (${concerned.join(', ')}).`,
    );
  }

  /** Nobody should wait for signatures that cannot come. */
  #checkOwners(revision: JudgedRevision, owners: Owners): void {
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

  #compile(content: Content): void {
    const sources = [...content].map(([file, { text }]) => ({ file, text }));
    const errors = this.#options.check(sources).filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return;
    throw new PolkuError('POLICY_INVALID', `The policies would not compile:\n${formatProblems(errors)}`);
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

/** The owners whom a revision concerns. */
export function ownersOf({ files, content }: JudgedRevision): ReadonlySet<string> {
  return ownersConcerned(files.keys(), [...content.keys(), ...files.keys()]);
}
