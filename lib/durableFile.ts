import { randomBytes } from 'node:crypto';
import { fstatSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Makes durable what somebody else wrote: a file's content, or the names in a folder, without which a renamed file may
 * not survive a power cut.
 */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file, readable by its owner only, so that it appears whole or not at all: beside its place, synced, renamed,
 * folder synced. One process at a time may write a path.
 */
export async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.partial`);
  try {
    await rm(beside, { force: true });
    const handle = await open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw cause;
  }
  await sync(dirname(path));
}

/**
 * Appends to a file that was opened for it, and resolves when the bytes are on disk. They are handed over without waiting, for
 * that takes the kernel less than it takes to ask another thread to do it; what waits is the disk.
 * @throws what the file system throws; then some of the bytes may be in the file
 */
export async function appendDurably(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += writeSync(file.fd, bytes, written);
  await file.datasync();
}

/**
 * Writes a file of a folder to which files are only ever added, so that several processes may write and read at once
 * without a lock: it appears whole or not at all, and is on disk when this resolves.
 * @returns false where there is such a file: it is never written over
 */
export async function createOnce(folder: string, name: string, text: string): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, text, { mode: 0o640, flag: 'wx', flush: true });
    await link(draft, join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
  return true;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** Items that come while one commit runs share the next: group commit (DeWitt et al. 1984). */
export class GroupCommit<Item> {
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;

  /** @param commit makes items durable, all or none; it never runs twice at once */
  constructor(private readonly commit: (items: readonly Item[]) => Promise<void>) {}

  /** Resolves when the item is durable, and rejects with what kept its commit from succeeding. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
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

/**
 * Whether a path still leads to a file that was opened at it: a file that was renamed, removed or replaced, or whose folder
 * was, can be written, and nobody finds what is written there. Not asynchronous: it asks the kernel's memory alone.
 */
export function isInPlace(file: FileHandle, path: string): boolean {
  const opened = fstatSync(file.fd, { bigint: true });
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found !== undefined && found.ino === opened.ino && found.dev === opened.dev;
}
