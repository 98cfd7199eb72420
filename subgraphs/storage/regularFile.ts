import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** What a path leads to that is no regular file. */
export type FileKind = 'folder' | 'named pipe' | 'socket' | 'device';

/** A path leads to something that is not a regular file, so that reading it could wait for ever or never end. */
export class NotRegularFileError extends Error {
  constructor(readonly kind: FileKind) {
    super(`Expected a regular file, found a ${kind}.`);
  }
}

/**
 * Opens a regular file for reading, and refuses everything else by its kind. Opening a named pipe waits until somebody writes
 * to it, in a thread that no signal ends; opening a device may act on it. So the kind is asked before the file is opened,
 * without waiting, and asked again of what was opened.
 * @throws NotRegularFileError
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  requireRegular(await stat(path));
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    requireRegular(await handle.stat());
    return handle;
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

/** @throws NotRegularFileError */
export async function requireRegularFile(path: string): Promise<void> {
  await (await openRegularFile(path)).close();
}

/** @throws NotRegularFileError */
export async function readRegularFile(path: string): Promise<string> {
  const handle = await openRegularFile(path);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function requireRegular(stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new NotRegularFileError('folder');
  if (stats.isFIFO()) throw new NotRegularFileError('named pipe');
  throw new NotRegularFileError(stats.isSocket() ? 'socket' : 'device');
}
