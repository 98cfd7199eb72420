import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { withMemoryDatabase } from '../../../../lib/duckdb.js';
import { PolkuError } from '../../../../lib/errors.js';
import { NotRegularFileError } from '../../../../lib/regularFile.js';
import { readSourceMarker } from '../../../snapshot/manifest.js';
import { type FileFormat, type Mapping, rowSources } from '../../mapping/mapping.js';
import type { ReadBatch } from '../rowBatch.js';
import type { Source, SourceAccess, SourceRows } from '../source.js';
import { readCsv } from './readCsv.js';
import { isDayOrTime, openParquet, readParquet, typesOf } from './readParquet.js';
import { sha256OfSource } from './sourceBytes.js';

/** Where the export of one registry is. */
export interface Exports extends Pick<SourceAccess, 'registry' | 'signal'> {
  readonly folder: string;
}

/** A source file before it is read. */
interface SourceFile {
  readonly path: string;
  /** Names it in messages: `<registry>/<file>` */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Opens the export of one departmental system: files of one format in a folder.
 * @throws PolkuError SOURCE_UNREADABLE, before any other work
 */
export async function withFiles<Result>(
  mapping: Mapping,
  format: FileFormat,
  exports: Exports,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  const files = await digestFiles(mapping, exports);
  const { synthetic } = await readSourceMarker(exports.folder);
  return withMemoryDatabase((connection) =>
    work({
      synthetic,
      fingerprint: fingerprintOf(files),
      place: `the folder ${join(exports.folder, exports.registry)}`,
      open: ({ text }, columns) => openFile(files.get(text)!, columns, { format, connection, ...exports }),
    }),
  );
}

/** Hashes the files that a mapping names, each once. */
async function digestFiles(
  mapping: Mapping,
  { folder, registry, signal }: Exports,
): Promise<ReadonlyMap<string, SourceFile>> {
  const names = new Set(rowSources(mapping).map(({ text }) => text));
  const files = new Map<string, SourceFile>();
  for (const file of [...names].sort()) {
    const [path, name] = [join(folder, registry, file), `${registry}/${file}`];
    try {
      const { size: bytes } = await stat(path);
      files.set(file, { path, name, bytes, sha256: await sha256OfSource(path, signal) });
    } catch (cause) {
      throw unreadable(name, cause);
    }
  }
  return files;
}

/** SHA-256 over the names and contents of files, in hexadecimal. */
function fingerprintOf(files: ReadonlyMap<string, SourceFile>): string {
  const hash = createHash('sha256');
  for (const [name, { sha256 }] of files) hash.update(`${name}\0${sha256}\0`);
  return hash.digest('hex');
}

interface Reading extends Exports {
  readonly format: FileFormat;
  /** The connection that reads Parquet. Codes and names may pass through it; nothing is stored. */
  readonly connection: DuckDBConnection;
}

async function openFile(file: SourceFile, columns: readonly string[], reading: Reading): Promise<SourceRows> {
  const { format, connection } = reading;
  const rows = {
    size: file.bytes,
    description: `${file.path} (${file.bytes} bytes, ${format.type})`,
    read: () => readFile(file, columns, reading),
  };
  if (format.type === 'csv') return { ...rows, types: new Map(), typedDays: new Set() };
  try {
    const types = typesOf(await openParquet(connection, file.path, file.name, columns), columns);
    const typedDays = new Set(columns.filter((column) => isDayOrTime(types.get(column)!)));
    return { ...rows, types, typedDays };
  } catch (cause) {
    throw unreadable(file.name, cause);
  }
}

/** Streams the columns of a file, and compares what was read with the file's hash. */
async function* readFile(
  { path, name, bytes, sha256 }: SourceFile,
  columns: readonly string[],
  { format, connection, signal }: Reading,
): AsyncGenerator<ReadBatch> {
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
  if (read === sha256) return;
  throw new PolkuError(
    'SOURCE_CHANGED',
    `The source file ${name} changed while it was read. None of it was used; wait until the export is complete, ` +
      'and run the command again.',
    { file: name },
  );
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
 * Describes in fixed words what is wrong with a source file. The text of the cause may quote a row, a column
 * or a folder that is named by a code, so it is not repeated and the cause is not attached.
 */
function unreadable(name: string, cause: unknown): PolkuError {
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
