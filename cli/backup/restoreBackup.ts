import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../lib/errors.js';
import { lockByKernel, storageFailure } from '../../lib/kernelLock.js';
import { sync } from '../../lib/durableFile.js';
import { markAsRestoring, readDataFormat, writeDataFormat } from '../runtime/dataFormat.js';
import type { BackupManifest } from './backupManifest.js';
import { type CheckedBackup, type CheckOptions, checkRestored } from './checkRestored.js';
import { unpackBackup, type UnpackOptions } from './readBackup.js';

export interface RestoreOptions extends Omit<UnpackOptions, 'folder'>, Omit<CheckOptions, 'unpacked'> {
  /** Whether to remove everything again after the checks. */
  readonly checkOnly: boolean;
}

export interface Restored extends CheckedBackup {
  readonly manifest: BackupManifest;
}

const LOCKS = 'locks';

/**
 * Restores a backup into an empty or missing folder. Until everything is verified and on disk, the folder is
 * marked so that no command uses it. A failed restore leaves nothing; a killed one leaves the mark, and the
 * next restore removes the rest. The folder is filled in place, because it may be the root of a volume.
 * @throws PolkuError USAGE, DATA_INCOMPLETE while another process restores into it, STORAGE_FAILED, and as
 * `unpackBackup` and `checkRestored`
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { data } = options;
  await requireUnused(data);
  const made = await mkdir(data, { recursive: true, mode: 0o700 });
  let unlock: (() => Promise<void>) | undefined;
  let isDone = false;
  try {
    unlock = await lockByKernel(data, 'restore', () => restoring(data));
    await requireUnused(data);
    await markAsRestoring(data);
    await clear(data, [LOCKS, 'format.json']);
    const unpacked = await unpackBackup({ ...options, folder: data });
    const checked = await checkRestored({ ...options, unpacked });
    if (!options.checkOnly) {
      await writeDataFormat(data);
      await sync(data);
      isDone = true;
    }
    return { manifest: unpacked.manifest, ...checked };
  } catch (cause) {
    throw storageFailure(cause, data);
  } finally {
    // Without the lock, what is in the folder belongs to another restore.
    if (unlock && !isDone) await clear(data, [LOCKS, 'format.json']);
    await unlock?.();
    if (unlock && !isDone) {
      await clear(data, []);
      if (made !== undefined) await rm(made, { recursive: true, force: true });
    }
  }
}

/** A folder is free if it has nothing, or what a killed restore left. */
async function requireUnused(data: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(data);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw cause;
  }
  if (names.every((name) => name === LOCKS) || (await isMarked(data))) return;
  throw new PolkuError(
    'USAGE',
    `${data} is not empty. A backup is restored into an empty or missing folder only; name one with --data.`,
  );
}

async function isMarked(data: string): Promise<boolean> {
  try {
    await readDataFormat(data);
    return false;
  } catch (cause) {
    return cause instanceof PolkuError && cause.code === 'DATA_INCOMPLETE';
  }
}

async function clear(data: string, keep: readonly string[]): Promise<void> {
  for (const name of await readdir(data))
    if (!keep.includes(name)) await rm(join(data, name), { recursive: true, force: true });
}

function restoring(data: string): PolkuError {
  return new PolkuError(
    'DATA_INCOMPLETE',
    `Another process restores a backup into ${data}. Wait until it ends, or name another folder.`,
  );
}
