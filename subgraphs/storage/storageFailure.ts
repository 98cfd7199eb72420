import { types } from 'node:util';
import { PolkuError } from '../../schema/polkuError.js';

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
