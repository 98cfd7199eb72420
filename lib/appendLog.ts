import { constants, fstatSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sync } from './durableFile.js';

/** Readable by its owner only. */
const MODE = 0o600;

/**
 * An append-only file of lines in one process. Its first `length` bytes are durable whole lines, and nothing
 * else is ever acknowledged.
 *
 * After a failed append the next one recovers: it continues in the same file, and what the failed one may
 * have left is cut off. A caller that would rather begin another file closes this log and opens one.
 */
export class AppendLog {
  #hasFailed = false;
  #isClosed = false;
  /** Bytes that a running append has written. */
  #written = 0;

  private constructor(
    private readonly path: string,
    private file: FileHandle,
    private durable: number,
  ) {}

  /**
   * Opens a file, or creates it in an existing folder. One process at a time may have it open.
   * @param length bytes of its whole lines, if the caller knows them; what follows was torn and is cut off
   * @throws errors of the file system; an error if the file is shorter than `length`
   */
  static async open(path: string, length?: number): Promise<AppendLog> {
    const file = await open(path, 'a+', MODE);
    try {
      const { size } = await file.stat();
      if (length !== undefined) await cut(file, size, length);
      // The folder holds the name of a new file.
      await sync(dirname(path));
      return new AppendLog(path, file, length ?? size);
    } catch (cause) {
      await file.close();
      throw cause;
    }
  }

  /**
   * Creates a file. An empty file may exist, because an earlier attempt may have left it.
   * @throws errors of the file system; an error if the file has content
   */
  static async create(path: string): Promise<AppendLog> {
    const log = await AppendLog.open(path);
    if (log.length === 0) return log;
    await log.close();
    throw new Error('The new file of the log exists and is not empty.');
  }

  /** Bytes of the file that are durable. */
  get length(): number {
    return this.durable;
  }

  /** Whether the last append failed. The next one tries to recover. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * Appends whole lines and resolves when they are on disk and the path still leads to them. Appends must not
   * overlap: `GroupCommit` prevents it.
   *
   * The write is synchronous, because the kernel finishes it faster than a thread switch. Only the flush to
   * disk is asynchronous.
   * @param confirm runs when the lines are on disk; if it fails, they do not count
   * @throws errors of the file system and of `confirm`; an error if the log is closed, or if its file was
   * moved, replaced or changed
   */
  async append(lines: Uint8Array, confirm?: () => Promise<void>): Promise<void> {
    await this.recover();
    this.requireAsLeft();
    try {
      while (this.#written < lines.length) this.#written += writeSync(this.file.fd, lines, this.#written);
      await this.file.datasync();
      this.#requireInPlace();
      await confirm?.();
      this.durable += lines.length;
    } catch (cause) {
      this.#hasFailed = true;
      throw cause;
    } finally {
      this.#written = 0;
    }
  }

  /**
   * Cuts off what a failed append may have left: another line would continue it. It opens the file again,
   * because the disk may have been mounted again. The file must be the one that holds the lines.
   * @throws errors of the file system; an error if the file was replaced, or lines are missing
   */
  async recover(): Promise<void> {
    if (!this.#hasFailed || this.#isClosed) return;
    const { path, durable } = this;
    // A missing file is created again only if it had no line.
    const flags = durable === 0 ? 'a+' : constants.O_RDWR | constants.O_APPEND;
    const file = await open(path, flags, MODE);
    try {
      const { size, ino } = await file.stat({ bigint: true });
      if (durable > 0 && ino !== fstatSync(this.file.fd, { bigint: true }).ino)
        throw new Error('The file of the log was replaced.');
      await cut(file, Number(size), durable);
      await sync(dirname(path));
    } catch (cause) {
      await file.close();
      throw cause;
    }
    await this.file.close().catch(() => {});
    this.file = file;
    this.#hasFailed = false;
  }

  /**
   * Throws if the log is closed, if its path no longer leads to its file, or if another process wrote to the
   * file or cut it. Synchronous, because it reads kernel memory only. An append may be running.
   */
  requireAsLeft(): void {
    if (this.#isClosed) throw closed();
    this.#requireInPlace();
    if (fstatSync(this.file.fd).size !== this.durable + this.#written && !this.#hasFailed)
      throw new Error(
        'The log does not have the length that this process left: another process wrote to it or cut it.',
      );
  }

  /** No append may be running. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.file.close();
  }

  /**
   * If the file or its folder was renamed, removed or replaced, writes still succeed, but nobody finds the
   * lines.
   */
  #requireInPlace(): void {
    const opened = fstatSync(this.file.fd, { bigint: true });
    const found = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (found?.ino !== opened.ino || found.dev !== opened.dev)
      throw new Error('The file of the log is not in its place: it was renamed, removed or replaced.');
  }
}

async function cut(file: FileHandle, size: number, length: number): Promise<void> {
  if (size < length) throw new Error('Lines of the log that were durable are gone.');
  if (size === length) return;
  await file.truncate(length);
  await file.sync();
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** Group commit (DeWitt et al. 1984): items that arrive during a commit share the next one. */
export class GroupCommit<Item> {
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  /** @param commit makes all items durable, or none; it never runs concurrently with itself */
  constructor(private readonly commit: (items: readonly Item[]) => Promise<void>) {}

  /** Resolves when the item is durable, and rejects with the error of its commit. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closed();
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Accepts no more items, and resolves when no item is waiting. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.commit(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.#running = undefined;
  }
}

function closed(): Error {
  return new Error('The log is closed.');
}

/**
 * Reads the whole lines of a file, and what follows its last newline: a line that is being written, or that a
 * crash tore.
 * @throws errors of the file system
 */
export async function readWholeLines(
  path: string,
): Promise<{ readonly content: Buffer; readonly torn: Buffer }> {
  const bytes = await readFile(path);
  const end = bytes.lastIndexOf('\n') + 1;
  return { content: bytes.subarray(0, end), torn: bytes.subarray(end) };
}

/** The lines of a content that ends with a newline, without their newlines. */
export function* linesOf(content: Buffer): Generator<string> {
  for (let start = 0; start < content.length;) {
    const newline = content.indexOf('\n', start);
    yield content.toString('utf8', start, newline);
    start = newline + 1;
  }
}
