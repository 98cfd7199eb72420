import { type FileHandle, open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GroupCommit } from '../../../schema/groupCommit.js';
import { sync } from '../../storage/durableFile.js';

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

  /** @param end where the next line goes, in bytes */
  constructor(
    readonly path: string,
    private end: number,
  ) {}

  /** Resolves when the line is durable; so are all before it. An empty one waits for those. */
  append(line: string): Promise<void> {
    return this.#commits.add(line);
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #commit(lines: readonly string[]): Promise<void> {
    this.#unwritten.push(...lines.filter((line) => line !== ''));
    if (this.#unwritten.length === 0) return;
    const bytes = Buffer.from(this.#unwritten.join(''));
    try {
      this.#handle ??= await this.#open();
      // At a place rather than at the end: what a failed attempt may have left is written over.
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.end + done);
        done += bytesWritten;
      }
      await this.#handle.datasync();
    } catch (cause) {
      await this.#handle?.close().catch(() => {});
      this.#handle = undefined;
      throw cause;
    }
    this.end += bytes.length;
    this.#unwritten = [];
  }

  async #open(): Promise<FileHandle> {
    const created = await open(this.path, 'a', MODE);
    await created.close();
    await sync(dirname(this.path));
    return open(this.path, 'r+');
  }
}

/**
 * The whole lines of a file, none where there is no file. A last line that a crash has torn is cut off: nobody was answered by it.
 */
export async function readLines(path: string): Promise<{ lines: string[]; end: number }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { lines: [], end: 0 };
    throw cause;
  }
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) await truncate(path, end);
  return { lines: splitLines(bytes.subarray(0, end)), end };
}

function splitLines(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf('\n', start);
    lines.push(bytes.toString('utf8', start, newline));
    start = newline + 1;
  }
  return lines;
}
