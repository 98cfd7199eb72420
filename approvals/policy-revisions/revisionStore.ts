import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sync } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile } from '../../lib/regularFile.js';
import { type Addition, DocumentFolder } from '../documentFolder.js';
import { readRecord, readTime, type Signature } from '../signedDocument.js';
import {
  closures,
  damagedRevisions,
  type SignedClosure,
  type SignedComment,
  type SignedRevision,
} from './revision.js';
import type { RevisionHistory } from './verifyRevisions.js';

/**
 * The revisions of a city's policies. A document of the folder is a revision with its author's signature.
 * `000007.chief.sig` is the signature of another person, `000007.chief.closed` the statement of a person who
 * withdrew or rejected it, and `000007.chief.comment2` the second comment of a person. The store verifies
 * nothing: verifyRevisions does.
 */
export class RevisionStore {
  readonly #folder: DocumentFolder;

  constructor(folder: string) {
    this.#folder = new DocumentFolder(folder, {
      kinds: ['sig', 'closed', 'comment'],
      damaged: damagedRevisions,
    });
  }

  /**
   * Revisions by sequence number; empty if there is no folder.
   * @throws PolkuError POLICY_STORE_INVALID
   */
  async read(): Promise<readonly SignedRevision[]> {
    const documents = await this.#folder.read();
    return documents.map(({ sequence, payload, person, signature, additions }) => {
      if (person === undefined || signature === undefined)
        throw damagedRevisions(`revision ${sequence} has no signature`);
      const further = additions.filter(({ kind }) => kind === 'sig');
      return {
        sequence,
        payload,
        signatures: [
          { person, signature },
          ...further.map(({ person, text }) => ({ person, signature: text.trim() })),
        ],
        closures: additions
          .filter(({ kind }) => kind === 'closed')
          .map((addition) => readClosure(sequence, addition)),
      };
    });
  }

  /** @throws PolkuError POLICY_STALE if another revision has the number already */
  async addRevision(sequence: number, payload: string, { person, signature }: Signature): Promise<void> {
    if (await this.#folder.add({ sequence, payload, person, signature })) return;
    throw new PolkuError(
      'POLICY_STALE',
      `Revision ${sequence} was proposed by somebody else meanwhile; propose again.`,
    );
  }

  /** @throws PolkuError SIGNATURE_INVALID if the person has signed already */
  async addSignature(sequence: number, { person, signature }: Signature): Promise<void> {
    if (await this.#folder.addTo(sequence, { person, kind: 'sig', text: `${signature}\n` })) return;
    throw new PolkuError('SIGNATURE_INVALID', `"${person}" has signed revision ${sequence} already.`);
  }

  /** @throws PolkuError SIGNATURE_INVALID if the person has closed it already */
  async addClosure(sequence: number, { person, ...closure }: SignedClosure): Promise<void> {
    const text = `${JSON.stringify(closure, null, 2)}\n`;
    if (await this.#folder.addTo(sequence, { person, kind: 'closed', text })) return;
    throw new PolkuError('SIGNATURE_INVALID', `"${person}" has closed revision ${sequence} already.`);
  }

  /**
   * The comments by revision, the oldest first. Revisions without comments are left out.
   * @throws PolkuError POLICY_STORE_INVALID
   */
  async comments(): Promise<ReadonlyMap<number, readonly SignedComment[]>> {
    const documents = await this.#folder.read();
    const all = documents.map(({ sequence, additions }) => {
      const comments = additions
        .filter(({ kind }) => kind.startsWith('comment'))
        .map((addition) => readComment(sequence, addition));
      return [sequence, comments.toSorted((a, b) => a.time.getTime() - b.time.getTime())] as const;
    });
    return new Map(all.filter(([, comments]) => comments.length > 0));
  }

  /**
   * @param number counts the comments of the person on this revision, from 1
   * @throws PolkuError POLICY_STALE if the person added another comment meanwhile
   */
  async addComment(sequence: number, { person, ...comment }: SignedComment, number: number): Promise<void> {
    const text = `${JSON.stringify(comment, null, 2)}\n`;
    if (await this.#folder.addTo(sequence, { person, kind: `comment${number}`, text })) return;
    throw new PolkuError('POLICY_STALE', `"${person}" added another comment meanwhile; send it again.`);
  }
}

function readComment(sequence: number, { person, text }: Addition): SignedComment {
  const content = readRecord(text) ?? {};
  const { comment, signature } = content;
  const time = readTime(content['time']);
  if (typeof comment !== 'string' || typeof signature !== 'string' || !time)
    throw damagedRevisions(`a comment of "${person}" on revision ${sequence} is not of the expected form`);
  return { person, comment, time, signature };
}

function readClosure(sequence: number, { person, text }: Addition): SignedClosure {
  const { closure, comment, signature } = readRecord(text) ?? {};
  const known = closures.find((one) => one === closure);
  if (known === undefined || typeof comment !== 'string' || typeof signature !== 'string')
    throw damagedRevisions(`"${person}" neither withdraws nor rejects revision ${sequence}`);
  return { person, closure: known, comment, signature };
}

/**
 * The newest revision that this process has had in force. It is stored outside of the revision store, so that
 * the process detects an older copy of the store with an older and laxer policy (rollback and freeze attacks,
 * The Update Framework §1.5).
 */
export class SeenRevision {
  constructor(private readonly file: string) {}

  /**
   * Rejects a history that does not continue from the revision that was in force.
   * @throws PolkuError POLICY_STALE, POLICY_STORE_INVALID
   */
  async check({ revisions, inForce }: RevisionHistory): Promise<void> {
    const seen = await this.#read();
    if (!seen) return;
    const known = revisions.find(({ digest }) => digest === seen.digest);
    if (known && inForce && (known.state === 'in-force' || known.state === 'superseded')) return;
    throw new PolkuError(
      'POLICY_STALE',
      `Revision ${seen.sequence} was in force here, and what is offered now (${inForce ? `revision ${inForce.sequence}` : 'nothing'}) does not follow it. An older policy is never taken again; restore the newest copy of the store.`,
      { seen: seen.sequence, offered: inForce?.sequence },
    );
  }

  /** Stores durably that a history's revision is in force. */
  async note({ inForce }: RevisionHistory): Promise<void> {
    if (!inForce || (await this.#read())?.digest === inForce.digest) return;
    const { sequence, digest } = inForce;
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    const temporary = `${this.file}.${randomBytes(6).toString('hex')}`;
    try {
      await writeFile(temporary, `${JSON.stringify({ sequence, digest })}\n`, { mode: 0o600, flush: true });
      await rename(temporary, this.file);
    } finally {
      await rm(temporary, { force: true });
    }
    await sync(dirname(this.file));
  }

  async #read(): Promise<{ readonly sequence: number; readonly digest: string } | undefined> {
    let text: string;
    try {
      text = await readRegularFile(this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const { sequence, digest } = readRecord(text) ?? {};
    if (typeof sequence === 'number' && typeof digest === 'string') return { sequence, digest };
    throw new PolkuError(
      'POLICY_STORE_INVALID',
      `${this.file}, which notes the newest revision that was in force, is damaged. Restore it from a copy.`,
    );
  }
}
