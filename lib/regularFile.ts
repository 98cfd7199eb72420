import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';

/** What a path leads to that is no regular file. */
type FileKind = 'folder' | 'FIFO' | 'socket' | 'device' | 'link that leads nowhere';

/** A path leads to something that is not a regular file, so that reading it could wait for ever or never end. */
export class NotRegularFileError extends Error {
  constructor(
    readonly kind: FileKind,
    options?: ErrorOptions,
  ) {
    super(`Expected a regular file, found a ${kind}.`, options);
  }
}

/**
 * Opens a regular file for reading, and refuses everything else by its kind. Opening a FIFO waits until somebody writes to it,
 * in a thread that no signal ends (open(2)); opening a device may act on it. So the kind is asked before the file is opened,
 * without waiting, and asked again of what was opened: another may stand under the name by then.
 * @throws NotRegularFileError, and what opening throws
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  requireRegular(await statOf(path));
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    requireRegular(await handle.stat());
    return handle;
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

/** @throws NotRegularFileError, and what opening throws */
export async function requireRegularFile(path: string): Promise<void> {
  await (await openRegularFile(path)).close();
}

/**
 * Reads a regular file as UTF-8 text.
 * @throws NotRegularFileError, and what opening and reading throw
 */
export async function readRegularFile(path: string): Promise<string> {
  const handle = await openRegularFile(path);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    const isLink = await lstat(path).then(
      (stats) => stats.isSymbolicLink(),
      () => false,
    );
    throw isLink ? new NotRegularFileError('link that leads nowhere', { cause }) : cause;
  }
}

function requireRegular(stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new NotRegularFileError('folder');
  if (stats.isFIFO()) throw new NotRegularFileError('FIFO');
  throw new NotRegularFileError(stats.isSocket() ? 'socket' : 'device');
}

/** The revision of a file that does not exist. */
export const NO_FILE = 'none';

/** Changes whenever a file is replaced. */
export async function fileRevision(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch {
    return NO_FILE;
  }
}

/** SHA-256 of a regular file's content, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await openRegularFile(path);
  for await (const bytes of handle.createReadStream()) hash.update(bytes as Buffer);
  return hash.digest('hex');
}
