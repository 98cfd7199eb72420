import { PolkuError } from '../../../../lib/errors.js';
import { NotRegularFileError } from '../../../../lib/regularFile.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is missing. Expected it below the folder given with --source, as mapping.yaml names it.',
  ENOTDIR: 'is missing: a part of its path is a file, not a folder.',
  EACCES: 'may not be read. Check its owner and mode.',
  ELOOP: 'is a symbolic link that leads to itself.',
  Z_BUF_ERROR: 'is a gzip file that is cut off. Export it again.',
  Z_DATA_ERROR: 'is a gzip file that is damaged. Export it again.',
};

/**
 * Describes in fixed words what is wrong with a source file. The text of the cause may quote a row, a column
 * or a folder that is named by a code, so it is not repeated and the cause is not attached.
 */
export function fileFault(name: string, cause: unknown): PolkuError {
  if (cause instanceof PolkuError) return cause;
  return new PolkuError('SOURCE_UNREADABLE', `The source file ${name} ${reasonOf(cause)}`, { file: name });
}

function reasonOf(cause: unknown): string {
  if (cause instanceof NotRegularFileError) {
    const kind = cause.kind === 'FIFO' ? 'named pipe' : cause.kind;
    return `is a ${kind}. Expected a regular file, because a source is read twice.`;
  }
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // Only the text of a DuckDB error shows what failed, and it quotes the value.
  if (/^Invalid Input Error: Invalid string encoding/.test(message))
    return 'holds text that is not UTF-8. Export it again.';
  return REASONS[code] ?? 'cannot be read: it is damaged, or the disk is. Export it again.';
}
