import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PolkuError } from '../../../../schema/polkuError.js';
import { NotRegularFileError } from '../../../../schema/regularFile.js';
import type { SourceFormat } from '../mapping/mapping.js';
import { isDayOrTime } from './parquetText.js';
import { readCsv } from './readCsv.js';
import { openParquet, readParquet } from './readParquet.js';
import type { ReadBatch } from './rowBatch.js';
import { sha256OfSource } from './sourceBytes.js';
import type { SourceFiles } from './sourceFiles.js';
import { SourceNames } from './sourceNames.js';

/** The export of one departmental system: files of one format in a folder. */
export interface SourceFolder {
  /** `<source>/<registry>` */
  readonly path: string;
  readonly registry: string;
  readonly format: SourceFormat;
  /** What its files were when the extraction began. */
  readonly files: SourceFiles;
  /** Stops reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Streams the named columns of a source file.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS; after the last batch SOURCE_CHANGED, where something else was read
 * than the extraction began with
 */
export async function* readSource(
  folder: SourceFolder,
  file: string,
  columns: readonly string[],
  connection: DuckDBConnection,
): AsyncGenerator<ReadBatch> {
  const { format, signal } = folder;
  const path = join(folder.path, file);
  const name = `${folder.registry}/${file}`;
  const { bytes, sha256 } = folder.files.get(file)!;
  let read: string;
  try {
    if (format.type === 'csv') read = yield* readCsv(path, name, bytes, format, columns, signal);
    else {
      yield* readParquet(connection, path, name, columns, format.zone !== undefined);
      read = await sha256OfSource(path, signal);
    }
  } catch (cause) {
    throw unreadable(name, cause);
  }
  if (read !== sha256) {
    throw new PolkuError(
      'SOURCE_CHANGED',
      `The source file ${name} changed while it was read. Nothing of it was taken; wait until the export is complete, ` +
        'and run the command again.',
      { file: name },
    );
  }
}

/**
 * Which of the named columns say by their type what days they hold, whatever the mapping says of how days are written.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS
 */
export async function typedDayColumns(
  folder: SourceFolder,
  file: string,
  columns: readonly string[],
  connection: DuckDBConnection,
): Promise<ReadonlySet<string>> {
  if (folder.format.type === 'csv') return new Set();
  const name = `${folder.registry}/${file}`;
  try {
    const all = await openParquet(connection, join(folder.path, file), name, columns);
    const typed = all.filter(({ type }) => isDayOrTime(type));
    const names = new SourceNames(typed.map((column) => column.name));
    return new Set(columns.filter((column) => names.positionsOf(column).length > 0));
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is missing. Expected it below the folder given with --source, as mapping.yaml names it.',
  ENOTDIR: 'is missing: a part of its path is a file, not a folder.',
  EACCES: 'may not be read. Check its owner and mode.',
  ELOOP: 'is a symbolic link that leads to itself.',
  Z_BUF_ERROR: 'is a gzip file that is cut off. Export it again.',
  Z_DATA_ERROR: 'is a gzip file that is damaged. Export it again.',
};

/**
 * Says in words of ours what is wrong with a source file. The cause's own text may quote a row, a column or a folder that is
 * named by a code, so nothing of it is repeated, nor the cause handed on.
 */
export function unreadable(name: string, cause: unknown): PolkuError {
  if (cause instanceof PolkuError) return cause;
  return new PolkuError('SOURCE_UNREADABLE', `The source file ${name} ${reasonOf(cause)}`, { file: name });
}

function reasonOf(cause: unknown): string {
  if (cause instanceof NotRegularFileError) {
    const kind = cause.kind === 'FIFO' ? 'named pipe' : cause.kind;
    return `is a ${kind}. Expected a regular file, for a source is read twice.`;
  }
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // DuckDB tells by its text alone what failed, and quotes the value.
  if (/^Invalid Input Error: Invalid string encoding/.test(message))
    return 'holds text that is not UTF-8. Export it again.';
  return REASONS[code] ?? 'cannot be read: it is damaged, or the disk is. Export it again.';
}
