import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { PolkuError } from './errors.js';

/** How long a waiting caller waits before it tries again. */
const RETRY_MS = 50;

/**
 * The locks of this process, by inode. The kernel grants a process a second lock on the same file and
 * releases both when either is closed (fcntl(2)). So this process must never open the file of its own lock
 * twice. The map also prevents garbage collection, which would close the files.
 */
const ownLocks = new Map<string, DuckDBInstance | undefined>();

/**
 * Acquires a named lock on a data directory: `<data>/locks/<name>.lock`. The kernel releases it when the
 * process ends for any reason. The lock also works between containers on one machine, where process numbers
 * are ambiguous. The existence of the file means nothing: the file remains, and a copy of it is not locked.
 *
 * Node.js has no file locks. DuckDB locks a database that is open for writing, so the lock file is a DuckDB
 * database.
 * @param busy makes the error for a lock that another process, or another part of this process, has
 * @returns a function that releases the lock
 */
export async function lockByKernel(
  data: string,
  name: string,
  busy: () => PolkuError,
): Promise<() => Promise<void>> {
  const path = await lockFile(data, name);
  const { dev, ino } = await stat(path, { bigint: true });
  const inode = `${dev}-${ino}`;
  if (ownLocks.has(inode)) throw busy();
  ownLocks.set(inode, undefined);
  let instance: DuckDBInstance;
  try {
    instance = await openDatabase(path);
    ownLocks.set(inode, instance);
  } catch (cause) {
    ownLocks.delete(inode);
    throw lockFailure(cause, path, busy);
  }
  return async () => {
    instance.closeSync();
    if (ownLocks.get(inode) === instance) ownLocks.delete(inode);
  };
}

/**
 * Retries a lock until it is free or the time is up.
 * @param acquire acquires the lock, and throws a PolkuError if another process has it
 */
export async function whenFree<Lock>(acquire: () => Promise<Lock>, patienceMs: number): Promise<Lock> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await acquire();
    } catch (cause) {
      if (!(cause instanceof PolkuError) || Date.now() >= deadline) throw cause;
      await sleep(RETRY_MS);
    }
  }
}

/**
 * Creates the lock file atomically, so that a process that is killed meanwhile does not block later
 * processes.
 */
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

/** Only the message of a DuckDB error says what failed. */
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
 * Turns a write failure into a readable error and returns every other error unchanged. Only the message of a
 * DuckDB error says what failed. That message is not repeated, because it may quote data.
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
