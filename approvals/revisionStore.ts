import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createOnce } from '../lib/durableFile.js';
import { PolkuError } from '../lib/errors.js';
import { readRegularFile } from '../lib/regularFile.js';
import type { RevisionHistory } from './verifyRevisions.js';
import { closures, PERSON_ID, type Signature, type SignedClosure, type SignedRevision } from './revision.js';

const REVISION_FILE = /^(\d{6,})\.json$/;
const SIGNATURE_FILE = /^(\d{6,})\.([a-z][a-z0-9-]*)\.sig$/;
const CLOSURE_FILE = /^(\d{6,})\.([a-z][a-z0-9-]*)\.closed$/;

/**
 * The revisions of a city's policies in a folder. `000007.json` is a revision with its author's signature,
 * `000007.chief.sig` the signature of another person, and `000007.chief.closed` the statement of a person who
 * withdrew or rejected it. A file appears whole or not at all and never changes, so that several processes
 * can read and write at the same time. The store verifies nothing: verifyRevisions does.
 */
export class RevisionStore {
  constructor(readonly folder: string) {}

  /**
   * Revisions by sequence number; empty if there is no folder.
   * @throws PolkuError POLICY_STORE_INVALID
   */
  async read(): Promise<readonly SignedRevision[]> {
    const names = (await this.#names()).sort();
    const revisions = new Map<
      number,
      { payload: string; signatures: Signature[]; closures: SignedClosure[] }
    >();
    for (const name of names) {
      const sequence = Number(REVISION_FILE.exec(name)?.[1]);
      if (!sequence) continue;
      const { payload, ...signature } = await this.#readRevision(name);
      revisions.set(sequence, { payload, signatures: [signature], closures: [] });
    }
    for (const name of names) {
      const [, sequence, person] = SIGNATURE_FILE.exec(name) ?? CLOSURE_FILE.exec(name) ?? [];
      if (sequence === undefined || person === undefined) continue;
      const revision = revisions.get(Number(sequence));
      if (!revision) throw damaged(`${name} is about a revision that is missing`);
      const text = await this.#readText(name);
      if (name.endsWith('.sig')) revision.signatures.push({ person, signature: text.trim() });
      else revision.closures.push(readClosure(name, person, text));
    }
    return [...revisions].map(([sequence, revision]) => ({ sequence, ...revision }));
  }

  /** @throws PolkuError POLICY_STALE if another revision has the number already */
  async addRevision(sequence: number, payload: string, { person, signature }: Signature): Promise<void> {
    const text = `${JSON.stringify({ payload, person, signature }, null, 2)}\n`;
    if (await createOnce(this.folder, `${numbered(sequence)}.json`, text)) return;
    throw new PolkuError(
      'POLICY_STALE',
      `Revision ${sequence} was proposed by somebody else meanwhile; propose again.`,
    );
  }

  /** @throws PolkuError SIGNATURE_INVALID if the person has signed already */
  async addSignature(sequence: number, { person, signature }: Signature): Promise<void> {
    if (await createOnce(this.folder, `${numbered(sequence)}.${person}.sig`, `${signature}\n`)) return;
    throw new PolkuError('SIGNATURE_INVALID', `"${person}" has signed revision ${sequence} already.`);
  }

  /** @throws PolkuError SIGNATURE_INVALID if the person has closed it already */
  async addClosure(sequence: number, { person, ...closure }: SignedClosure): Promise<void> {
    const text = `${JSON.stringify(closure, null, 2)}\n`;
    if (await createOnce(this.folder, `${numbered(sequence)}.${person}.closed`, text)) return;
    throw new PolkuError('SIGNATURE_INVALID', `"${person}" has closed revision ${sequence} already.`);
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      const message = `The store of policy revisions ${this.folder} cannot be read.`;
      throw new PolkuError('POLICY_STORE_INVALID', message, {}, { cause });
    }
  }

  async #readText(name: string): Promise<string> {
    try {
      return await readRegularFile(join(this.folder, name));
    } catch (cause) {
      throw damaged(`${name} is not to be read`, cause);
    }
  }

  async #readRevision(name: string): Promise<{ payload: string } & Signature> {
    try {
      return readSigned(JSON.parse(await readRegularFile(join(this.folder, name))));
    } catch (cause) {
      throw damaged(`${name} is no revision`, cause);
    }
  }
}

function readSigned(value: unknown): { payload: string } & Signature {
  const { payload, person, signature } = value as Record<string, unknown>;
  if (typeof payload !== 'string' || typeof person !== 'string' || typeof signature !== 'string')
    throw new TypeError('Expected payload, person and signature.');
  if (!PERSON_ID.test(person)) throw new TypeError('Expected the id of a person.');
  return { payload, person, signature };
}

function readClosure(name: string, person: string, text: string): SignedClosure {
  const { closure, comment, signature } = parse(text) ?? {};
  const known = closures.find((one) => one === closure);
  if (known === undefined || typeof comment !== 'string' || typeof signature !== 'string')
    throw damaged(`${name} neither withdraws nor rejects a revision`);
  return { person, closure: known, comment, signature };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function numbered(sequence: number): string {
  return String(sequence).padStart(6, '0');
}

function damaged(what: string, cause?: unknown): PolkuError {
  const message = `The store of policy revisions is damaged: ${what}. Restore it from a copy.`;
  return new PolkuError('POLICY_STORE_INVALID', message, {}, { cause });
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
    const folder = await open(dirname(this.file), 'r');
    await folder.sync().finally(() => folder.close());
  }

  async #read(): Promise<{ readonly sequence: number; readonly digest: string } | undefined> {
    let text: string;
    try {
      text = await readRegularFile(this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const { sequence, digest } = JSON.parse(text) as Record<string, unknown>;
      if (typeof sequence === 'number' && typeof digest === 'string') return { sequence, digest };
    } catch {
      // Reported below.
    }
    throw new PolkuError(
      'POLICY_STORE_INVALID',
      `${this.file}, which notes the newest revision that was in force, is damaged. Restore it from a copy.`,
    );
  }
}
