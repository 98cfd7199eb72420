import { randomBytes } from 'node:crypto';
import { fstatSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Flushes a file or a folder that other code wrote. A folder holds the names of its files: without a flush a
 * renamed file may be lost in a power cut.
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
 * Writes a file atomically, readable by its owner only. It writes and syncs a temporary file in the same
 * folder, renames it and syncs the folder. Only one process at a time may write a path.
 */
export async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.partial`);
  try {
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await sync(dirname(path));
}

/**
 * Appends to an open file and resolves when the bytes are on disk. The write is synchronous, because the
 * kernel finishes it faster than a thread switch. Only the flush to disk is asynchronous.
 * @throws errors of the file system; some of the bytes may then be in the file
 */
export async function appendDurably(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += writeSync(file.fd, bytes, written);
  await file.datasync();
}

/**
 * Creates a file atomically in an append-only folder, so that several processes can read and write without a
 * lock. The file is on disk when this resolves.
 * @returns false if the file exists; existing files are never overwritten
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

/** Group commit (DeWitt et al. 1984): items that arrive during a commit share the next one. */
export class GroupCommit<Item> {
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;

  /** @param commit makes all items durable, or none; it never runs concurrently with itself */
  constructor(private readonly commit: (items: readonly Item[]) => Promise<void>) {}

  /** Resolves when the item is durable, and rejects with the error of its commit. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when no item is waiting. */
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
 * Checks whether a path still leads to the file that was opened there. If the file or its folder was renamed,
 * removed or replaced, writes still succeed, but nobody finds the data. The check is synchronous: it reads
 * kernel memory only.
 */
export function isInPlace(file: FileHandle, path: string): boolean {
  const opened = fstatSync(file.fd, { bigint: true });
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found !== undefined && found.ino === opened.ino && found.dev === opened.dev;
}
