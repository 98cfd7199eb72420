import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppendLog, GroupCommit } from '../../lib/appendLog.js';
import { writeDurably } from '../../lib/durableFile.js';
import type { CellNoise } from '../cellNoise.js';

/**
 * The lines of the ledger on disk. Lines that could not be written are kept and written before the next ones,
 * because the ledger in memory already counts them. A line counts when the recorded end covers it.
 */
export class LedgerFile {
  readonly #commits = new GroupCommit<string>((lines) => this.#commit(lines));
  #unwritten: string[] = [];

  constructor(
    private readonly log: AppendLog,
    private readonly end: LedgerEnd,
  ) {}

  /** Resolves when the line and all lines before it are durable. An empty line waits for those only. */
  append(line: string): Promise<void> {
    return this.#commits.add(line);
  }

  /** @throws errors of the file system if a line cannot be written, or the file is not in its place */
  async ready(): Promise<void> {
    await this.append('');
    this.log.requireAsLeft();
  }

  async close(): Promise<void> {
    await this.#commits.close();
    await this.log.close();
    await this.end.close();
  }

  async #commit(lines: readonly string[]): Promise<void> {
    this.#unwritten.push(...lines.filter((line) => line !== ''));
    if (this.#unwritten.length === 0) return;
    const bytes = Buffer.from(this.#unwritten.join(''));
    await this.log.append(bytes, () => this.end.advance(bytes));
    this.#unwritten = [];
  }
}

const FORMAT = /^\{"bytes":"(\d{16})","seal":"([A-Za-z0-9_-]{43})"\}\n$/;

/** Outside the folder of the ledger, so that a restore without that folder is detected. */
export function ledgerEndPath(dataFolder: string): string {
  return join(dataFolder, 'ledger-end.json');
}

/**
 * The end of the ledger: its length in bytes, and a seal over all of them under the disclosure secret. At the
 * next start it reveals a ledger that is missing, cut off or changed.
 *
 * It is written after the ledger is durable, and is not synced itself. After the process dies it holds the
 * last length; after a power cut it holds one from some seconds before. It never claims more than the ledger
 * has.
 */
export class LedgerEnd {
  #handle: FileHandle | undefined;

  private constructor(
    private readonly path: string,
    private readonly noise: CellNoise,
    private hash: Hash,
    private length: number,
  ) {}

  /** Bytes of the ledger: where its next line goes. */
  get bytes(): number {
    return this.length;
  }

  /**
   * Compares a ledger with its recorded end. Without a record, the ledger is accepted as whole: older
   * versions of Polku wrote none.
   * @param content the whole lines of the ledger; lines after the recorded end are added to it
   * @returns undefined if the ledger does not match its record, or the record cannot be read
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

  /** Moves the end behind bytes that are durable now. If it fails, the end stays where it was. */
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

/** Returns undefined if there is no file. */
async function readKnown(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** The length is constant, so it is overwritten in one place. */
function textOf(noise: CellNoise, hash: Hash, bytes: number): string {
  return `{"bytes":"${String(bytes).padStart(16, '0')}","seal":"${sealOf(noise, hash, bytes)}"}\n`;
}

function sealOf(noise: CellNoise, hash: Hash, bytes: number): string {
  return noise.seal(`ledger ${bytes} ${hash.copy().digest('hex')}`);
}

function hashOf(content: Uint8Array): Hash {
  return createHash('sha256').update(content);
}
