import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GroupCommit } from '../../../schema/groupCommit.js';
import { sync } from '../../storage/durableFile.js';
import type { LedgerEnd } from './ledgerEnd.js';

/** Readable by its owner only: it tells who asked how much, and counts that nobody may be told. */
const MODE = 0o600;

/**
 * A file of lines that is only ever added to. Lines that could not be written stay and are written before the next ones, for
 * what is in memory has been reckoned with.
 */
export class LedgerFile {
  readonly #commits = new GroupCommit<string>((lines) => this.#commit(lines));
  #handle: FileHandle | undefined;
  #unwritten: string[] = [];

  /** @param end where the next line goes */
  constructor(
    readonly path: string,
    private readonly end: LedgerEnd,
  ) {}

  /** Resolves when the line is durable; so are all before it. An empty one waits for those. */
  append(line: string): Promise<void> {
    return this.#commits.add(line);
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.#handle?.close();
    this.#handle = undefined;
    await this.end.close();
  }

  async #commit(lines: readonly string[]): Promise<void> {
    this.#unwritten.push(...lines.filter((line) => line !== ''));
    if (this.#unwritten.length === 0) return;
    const bytes = Buffer.from(this.#unwritten.join(''));
    try {
      this.#handle ??= await this.#open();
      // At a place rather than at the end: what a failed attempt may have left is written over.
      for (let done = 0; done < bytes.length;) {
        const at = this.end.bytes + done;
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
      }
      await this.#handle.datasync();
      await this.end.advance(bytes);
    } catch (cause) {
      await this.#handle?.close().catch(() => {});
      this.#handle = undefined;
      throw cause;
    }
    this.#unwritten = [];
  }

  async #open(): Promise<FileHandle> {
    const created = await open(this.path, 'a', MODE);
    await created.close();
    await sync(dirname(this.path));
    return open(this.path, 'r+');
  }
}

/** What a file holds, nothing where there is none: its whole lines, and how long a last line is that is not ended. */
export async function readWholeLines(
  path: string,
): Promise<{ readonly content: Buffer; readonly torn: number }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { content: Buffer.alloc(0), torn: 0 };
    throw cause;
  }
  const end = bytes.lastIndexOf('\n') + 1;
  return { content: bytes.subarray(0, end), torn: bytes.length - end };
}

export function* linesOf(content: Buffer): Iterable<string> {
  for (let start = 0; start < content.length;) {
    const newline = content.indexOf('\n', start);
    yield content.toString('utf8', start, newline);
    start = newline + 1;
  }
}
