import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PolkuError } from '../../../lib/errors.js';
import { NotRegularFileError } from '../../../lib/regularFile.js';
import type { CsvFormat, Mapping, SourceFormat } from '../mapping/mapping.js';
import { CsvParser, type HeaderFault } from './csvParser.js';
import { isDayOrTime, openParquet, readParquet } from './readParquet.js';
import { type ReadBatch, requireColumns } from './rowBatch.js';
import { binaryFormat, chunksOf, encodingOf, hashed, sha256OfSource, unpacked } from './sourceBytes.js';
import { codePoint, SourceNames } from './sourceNames.js';

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
function unreadable(name: string, cause: unknown): PolkuError {
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

/** What a source file was when the extraction began. */
interface SourceFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** The files that a mapping names, by name. */
type SourceFiles = ReadonlyMap<string, SourceFile>;

/** @throws PolkuError SOURCE_UNREADABLE, before anything else is done */
export async function digestSourceFiles(
  mapping: Mapping,
  { path, registry, signal }: Pick<SourceFolder, 'path' | 'registry' | 'signal'>,
): Promise<SourceFiles> {
  const changes = mapping.codeChanges ? [mapping.codeChanges.file] : [];
  const names = new Set([...changes, ...mapping.tables.map(({ file }) => file)]);
  const files = new Map<string, SourceFile>();
  for (const name of [...names].sort()) {
    try {
      const file = join(path, name);
      files.set(name, { bytes: (await stat(file)).size, sha256: await sha256OfSource(file, signal) });
    } catch (cause) {
      throw unreadable(`${registry}/${name}`, cause);
    }
  }
  return files;
}

/** SHA-256 over the names and contents of source files, in hexadecimal: equal exports have equal fingerprints. */
export function sourceFingerprint(files: SourceFiles): string {
  const hash = createHash('sha256');
  for (const [name, { sha256 }] of files) hash.update(`${name}\0${sha256}\0`);
  return hash.digest('hex');
}

/** Of a text whose first line is wrong, so much is looked at to say what it is. */
const HEAD_CHARACTERS = 2 ** 16;

/**
 * Streams the named columns of a CSV file, which may be packed by gzip, some thousand rows at a time.
 *
 * Polku splits CSV itself, because DuckDB's reader cannot both go on after a bad row and say which one it was
 * (docs/decisions/duckdb.md).
 * @param size of the file, in bytes
 * @returns the SHA-256 of what was read
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS
 */
async function* readCsv(
  path: string,
  file: string,
  size: number,
  format: CsvFormat,
  columns: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ReadBatch, string> {
  const parser = new CsvParser(format);
  const decoder = new TextDecoder(format.encoding);
  const hash = createHash('sha256');
  let read = 0;
  const chunks = unpacked(hashed(chunksOf(path, signal), hash, (bytes) => (read += bytes)));
  let head: string | undefined = '';
  for await (const bytes of withEnd(chunks)) {
    if (head === '' && bytes) requireText(file, bytes, format);
    const last = bytes === undefined;
    const text = decoder.decode(bytes, { stream: !last });
    if (head !== undefined && head.length < HEAD_CHARACTERS) head += text;
    parser.push(text, last);
    if (!parser.header) continue;
    if (head !== undefined) {
      const names = new SourceNames(parser.header);
      const text = head;
      requireColumns(file, names, columns, () => explainFirstLine(text, format, columns, parser.headerFault));
      // The first column is that of the data subject's code.
      parser.select(columns, columns[0]);
      head = undefined;
    }
    yield { ...parser.take(last), share: Math.min(1, read / Math.max(1, size)) };
  }
  return hash.digest('hex');
}

/** What comes; after the last of it undefined. */
async function* withEnd(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer | undefined> {
  yield* chunks;
  yield undefined;
}

/** @throws PolkuError SOURCE_UNREADABLE where the first bytes are those of something else than text in the mapping's encoding */
function requireText(file: string, head: Buffer, { encoding }: CsvFormat): void {
  const other = binaryFormat(head);
  if (other) {
    throw new PolkuError(
      'SOURCE_UNREADABLE',
      `The source file ${file} is ${other.name}; mapping.yaml says CSV. ${other.advice}`,
      { file },
    );
  }
  const found = encodingOf(head);
  if (found === encoding || (found === undefined && !encoding.startsWith('utf-16'))) return;
  const is = found === undefined ? `is not in ${encoding}` : `is in ${found}; mapping.yaml says ${encoding}`;
  throw new PolkuError(
    'SOURCE_UNREADABLE',
    `The source file ${file} ${is}. Correct "encoding" in mapping.yaml, or save the file in ${encoding}.`,
    { file },
  );
}

const HEADER_FAULTS: Readonly<Record<HeaderFault, string>> = {
  'runs-on': 'A quote that opens in its first line does not close there.',
  'text-after-quote': 'Text stands after a closing quote in its first line.',
  'too-long': 'Its first line does not end within 262,144 characters.',
};

const DELIMITERS = [',', ';', '\t', '|', ':'];
const MAX_TITLE_LINES = 20;

/**
 * What is wrong with the beginning of a text whose first line names no columns, or not all. It is told in fixed sentences, line
 * numbers and code points alone, for the text may be about somebody.
 */
export function explainFirstLine(
  head: string,
  format: CsvFormat,
  needed: readonly string[],
  fault: HeaderFault | undefined,
): string {
  const lines = head.split(/\r\n|\r|\n/, MAX_TITLE_LINES);
  const first = lines[0]!;
  if (/^"?sep=/i.test(first))
    return 'Its first line is a "sep=" line, as spreadsheets write it. Remove that line.';
  if (/^\s*(?:\{|\[\s*[[{"])/.test(head)) return 'It looks like JSON. Export it as CSV or Parquet.';
  if (/^\s*</.test(head)) return 'It looks like XML or HTML. Export it as CSV or Parquet.';
  const named = (line: string, delimiter: string) => columnsNamed(line, delimiter, format.quote, needed);
  const there = named(first, format.delimiter);
  const line = lines.findIndex(
    (text) => named(text, format.delimiter) > Math.max(there, (needed.length - 1) / 2),
  );
  if (line > 0) return `The names stand in line ${line + 1}. Remove the lines before it.`;
  const delimiter = DELIMITERS.find((other) => named(first, other) > there);
  if (delimiter !== undefined)
    return `Its names are separated by ${codePoint(delimiter)}, not by ${codePoint(format.delimiter)}. Correct the delimiter in mapping.yaml.`;
  if (fault) return HEADER_FAULTS[fault];
  if (first.includes('\uFFFD'))
    return `Its first line has bytes that are none in ${format.encoding}. Correct the encoding in mapping.yaml.`;
  return 'Expected a line of column names. If it is there, correct the names in mapping.yaml.';
}

/** How many of the columns that are looked for a line names. */
function columnsNamed(line: string, delimiter: string, quote: string, needed: readonly string[]): number {
  const names = new SourceNames(line.split(delimiter).map((name) => name.replaceAll(quote, '')));
  return needed.filter((column) => names.positionsOf(column).length > 0).length;
}
