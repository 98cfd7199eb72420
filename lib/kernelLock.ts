import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { PolkuError } from './errors.js';

/** How often a waiting caller tries again. */
const RETRY_MS = 50;

/**
 * Locks of this process, by inode. The kernel grants a second lock to the process that has one already, and drops both when
 * either closes (fcntl(2)), so this process must never open a file of its own locks twice. The instances are kept here, for a
 * collected instance closes its file.
 */
const held = new Map<string, DuckDBInstance | undefined>();

/**
 * Takes the lock of this name over a data directory: `<data>/locks/<name>.lock`. The kernel holds it for this process and
 * drops it when the process ends, however it ends. It holds between containers of one machine, too, whose process numbers say
 * nothing. The file itself means nothing: it stays, and a copy of it is free.
 *
 * Node.js has no lock on files. DuckDB has: it locks a database that is open for writing.
 * @param busy what is thrown where another process, or another part of this one, has the lock
 * @returns what releases the lock
 */
export async function lockByKernel(
  data: string,
  name: string,
  busy: () => PolkuError,
): Promise<() => Promise<void>> {
  const path = await lockFile(data, name);
  const { dev, ino } = await stat(path, { bigint: true });
  const inode = `${dev}-${ino}`;
  if (held.has(inode)) throw busy();
  held.set(inode, undefined);
  let instance: DuckDBInstance;
  try {
    instance = await openDatabase(path);
    held.set(inode, instance);
  } catch (cause) {
    held.delete(inode);
    throw lockFailure(cause, path, busy);
  }
  return async () => {
    instance.closeSync();
    if (held.get(inode) === instance) held.delete(inode);
  };
}

/**
 * Waits for a lock that is held, for a while.
 * @param take takes the lock, and throws a PolkuError where another process holds it
 */
export async function whenFree<Lock>(take: () => Promise<Lock>, patienceMs: number): Promise<Lock> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await take();
    } catch (cause) {
      if (!(cause instanceof PolkuError) || Date.now() >= deadline) throw cause;
      await sleep(RETRY_MS);
    }
  }
}

/** The file of a lock. It appears whole, so that a process that is killed while it makes one harms no later process. */
async function lockFile(data: string, name: string): Promise<string> {
  const folder = join(data, 'locks');
  const path = join(folder, `${name}.lock`);
  const draft = join(folder, `.${name}.${randomUUID()}`);
  try {
    if (await exists(path)) return path;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    (await openDatabase(draft)).closeSync();
    await chmod(draft, 0o600);
    await link(draft, path);
  } catch (cause) {
    if (!(await exists(path).catch(() => false))) throw storageFailure(cause, folder);
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw cause;
  }
}

/** DuckDB tells by text alone what failed. */
function lockFailure(cause: unknown, path: string, busy: () => PolkuError): unknown {
  const message = types.isNativeError(cause) ? cause.message : '';
  if (message.includes('Conflicting lock')) return busy();
  if (!message.includes('not a valid DuckDB')) return storageFailure(cause, path);
  return new PolkuError(
    'STORAGE_FAILED',
    `The lock ${path} is damaged. Stop every process of Polku that uses this data directory, and remove the file.`,
  );
}

/** Opens an empty database for writing, which locks its file. */
function openDatabase(path: string): Promise<DuckDBInstance> {
  return DuckDBInstance.create(path, {
    threads: '1',
    memory_limit: '16MiB',
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and try again',
  EDQUOT: 'the disk quota is used up; free some space and try again',
  EROFS: 'the disk is mounted read-only',
  EACCES: 'permission is denied; check the owner and mode of the folder',
  EPERM: 'permission is denied; check the owner and mode of the folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EIO: 'the disk reported an error',
  ENOMEM: 'more memory is needed than this machine has; data is never spilled to disk',
};

/**
 * Turns a failure to write into words, and leaves every other error as it is. DuckDB tells by text alone what failed;
 * that text is not repeated, for it may quote data.
 */
export function storageFailure(cause: unknown, folder: string): unknown {
  if (!types.isNativeError(cause) || cause instanceof PolkuError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? codeOfDuckDB(cause.message);
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason === undefined) return cause;
  return new PolkuError('STORAGE_FAILED', `Could not write to ${folder}: ${reason}.`, { reason: code });
}

function codeOfDuckDB(message: string): string | undefined {
  if (message.startsWith('Out of Memory Error')) return 'ENOMEM';
  if (!message.startsWith('IO Error')) return undefined;
  if (/No space left/i.test(message)) return 'ENOSPC';
  return /Permission denied/i.test(message) ? 'EACCES' : 'EIO';
}
