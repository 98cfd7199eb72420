import { fstatSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * Whether a path still leads to a file that was opened at it: a file that was renamed, removed or replaced, or whose folder
 * was, can be written, and nobody finds what is written there. Not asynchronous: it asks the kernel's memory alone.
 */
export function isInPlace(file: FileHandle, path: string): boolean {
  const opened = fstatSync(file.fd, { bigint: true });
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found !== undefined && found.ino === opened.ino && found.dev === opened.dev;
}
