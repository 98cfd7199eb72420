import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../storage/durableFile.js';
import type { CellNoise } from '../disclosure/cellNoise.js';

const FORMAT = /^\{"bytes":"(\d{16})","seal":"([A-Za-z0-9_-]{43})"\}\n$/;

/** Outside the folder of the ledger, so that a restore without that folder is seen. */
export function ledgerEndPath(dataFolder: string): string {
  return join(dataFolder, 'ledger-end.json');
}

/**
 * How far the ledger goes: its length in bytes, and a seal over all of them under the disclosure secret. A ledger that is gone,
 * cut off or changed is found out by it at the next start.
 *
 * It is written when the ledger is durable, and is not synced itself: a process that dies leaves the last length, a power cut leaves
 * one of some seconds before. So it never says more than there is.
 */
export class LedgerEnd {
  #handle: FileHandle | undefined;

  private constructor(
    private readonly path: string,
    private readonly noise: CellNoise,
    private hash: Hash,
    private length: number,
  ) {}

  /** Where the next line of the ledger goes. */
  get bytes(): number {
    return this.length;
  }

  /**
   * Holds a ledger against the end that is known of it. Where none is known, what is there is taken for whole: a ledger that an
   * older Polku has written has none.
   * @param content the whole lines of the ledger; those behind the known end are added to it
   * @returns undefined where the ledger is not as it was left, or its end cannot be read
   */
  static async open(
    dataFolder: string,
    noise: CellNoise,
    content: Uint8Array,
  ): Promise<LedgerEnd | undefined> {
    const path = ledgerEndPath(dataFolder);
    const known = await readKnown(path);
    if (known !== undefined) {
      const [, digits, seal] = FORMAT.exec(known) ?? [];
      const bytes = Number(digits ?? NaN);
      if (!(bytes <= content.length)) return undefined;
      if (sealOf(noise, hashOf(content.subarray(0, bytes)), bytes) !== seal) return undefined;
    }
    const end = new LedgerEnd(path, noise, hashOf(content), content.length);
    const text = textOf(noise, end.hash, end.length);
    if (text !== known) await writeDurably(path, text);
    return end;
  }

  /** Moves the end behind bytes that have become durable. Where it fails, it stays where it was. */
  async advance(bytes: Uint8Array): Promise<void> {
    const hash = this.hash.copy().update(bytes);
    const length = this.length + bytes.length;
    this.#handle ??= await open(this.path, 'r+');
    await this.#handle.write(textOf(this.noise, hash, length), 0);
    [this.hash, this.length] = [hash, length];
  }

  async close(): Promise<void> {
    await this.#handle?.sync();
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

/** undefined where there is no file. */
async function readKnown(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Always as long, so that it is written over in one place. */
function textOf(noise: CellNoise, hash: Hash, bytes: number): string {
  return `{"bytes":"${String(bytes).padStart(16, '0')}","seal":"${sealOf(noise, hash, bytes)}"}\n`;
}

function sealOf(noise: CellNoise, hash: Hash, bytes: number): string {
  return noise.seal(`ledger ${bytes} ${hash.copy().digest('hex')}`);
}

function hashOf(content: Uint8Array): Hash {
  return createHash('sha256').update(content);
}
