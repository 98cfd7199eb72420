import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PolkuError } from '../../schema/polkuError.js';
import { readRegularFile } from '../../schema/regularFile.js';
import type { RevisionHistory } from './judgeRevisions.js';

/**
 * The newest revision that a process has had in force, kept outside of the store: whoever brings back an older copy of the
 * store, with an older and laxer policy, is found out (rollback and freeze attacks, as in The Update Framework §1.5).
 */
export class SeenRevision {
  constructor(private readonly file: string) {}

  /**
   * Refuses a history that does not lead on from what was in force.
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

  /** Notes, durably, that a history's revision is in force. */
  async note({ inForce }: RevisionHistory): Promise<void> {
    if (!inForce || (await this.#read())?.digest === inForce.digest) return;
    const { sequence, digest } = inForce;
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    const beside = `${this.file}.${randomBytes(6).toString('hex')}`;
    try {
      await writeFile(beside, `${JSON.stringify({ sequence, digest })}\n`, { mode: 0o600, flush: true });
      await rename(beside, this.file);
    } finally {
      await rm(beside, { force: true });
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
      // Said below.
    }
    throw new PolkuError(
      'POLICY_STORE_INVALID',
      `${this.file}, which notes the newest revision that was in force, is damaged. Restore it from a copy.`,
    );
  }
}
