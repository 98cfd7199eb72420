import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';

/** The kinds of files that are not regular files. */
type FileKind = 'folder' | 'FIFO' | 'socket' | 'device' | 'link that leads nowhere';

/** A path leads to something that is not a regular file. Reading it could block forever or never end. */
export class NotRegularFileError extends Error {
  constructor(
    readonly kind: FileKind,
    options?: ErrorOptions,
  ) {
    super(`Expected a regular file, found a ${kind}.`, options);
  }
}

/**
 * Opens a regular file for reading and rejects every other kind of file. Opening a FIFO blocks a thread until
 * another process writes to it, and no signal ends that thread (open(2)). Opening a device may have side
 * effects. So this checks the kind before it opens the file without blocking. It checks the open file again,
 * because the path may have changed.
 * @throws NotRegularFileError, and errors of opening
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

/** @throws NotRegularFileError, and errors of opening */
export async function requireRegularFile(path: string): Promise<void> {
  await (await openRegularFile(path)).close();
}

/**
 * Reads a regular file as UTF-8 text.
 * @throws NotRegularFileError, and errors of opening and reading
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

/** The revision of a missing file. */
export const NO_FILE = 'none';

/** Returns a text that changes whenever the file is replaced. */
export async function fileRevision(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch {
    return NO_FILE;
  }
}

/** Returns the SHA-256 of a regular file's content in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await openRegularFile(path);
  for await (const bytes of handle.createReadStream()) hash.update(bytes as Buffer);
  return hash.digest('hex');
}
