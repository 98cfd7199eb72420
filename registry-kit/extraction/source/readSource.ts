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
  /** The size and hash of its files when the extraction began. */
  readonly files: SourceFiles;
  /** Stops reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Streams the named columns of a source file.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS; after the last batch SOURCE_CHANGED, if the file
 * differs from the one at the start of the extraction
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
      `The source file ${name} changed while it was read. None of it was used; wait until the export is complete, ` +
        'and run the command again.',
      { file: name },
    );
  }
}

/**
 * The named columns whose type is a day or a time, whatever date format the mapping declares.
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

/** A source file at the start of the extraction. */
interface SourceFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** The files that a mapping names, by name. */
type SourceFiles = ReadonlyMap<string, SourceFile>;

/** @throws PolkuError SOURCE_UNREADABLE, before any other work */
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

/**
 * SHA-256 over the names and contents of source files, in hexadecimal. Equal exports have equal fingerprints.
 */
export function sourceFingerprint(files: SourceFiles): string {
  const hash = createHash('sha256');
  for (const [name, { sha256 }] of files) hash.update(`${name}\0${sha256}\0`);
  return hash.digest('hex');
}

/** How many characters are inspected when the first line is wrong. */
const HEAD_CHARACTERS = 2 ** 16;

/**
 * Streams the named columns of a CSV file, which may be compressed with gzip, some thousand rows at a time.
 *
 * Polku splits CSV itself, because DuckDB's reader cannot both continue after a bad row and report its number
 * (docs/decisions/duckdb.md).
 * @param size of the file, in bytes
 * @returns the SHA-256 of the bytes that were read
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
      // The first column holds the data subject's code.
      parser.select(columns, columns[0]);
      head = undefined;
    }
    yield { ...parser.takeRows(last), share: Math.min(1, read / Math.max(1, size)) };
  }
  return hash.digest('hex');
}

/** Yields the chunks, and undefined after the last. */
async function* withEnd(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer | undefined> {
  yield* chunks;
  yield undefined;
}

/** @throws PolkuError SOURCE_UNREADABLE if the first bytes are not text in the encoding of the mapping */
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
 * Explains why the first line lacks some or all column names. The message contains only fixed sentences, line
 * numbers and code points, because the text may be about a person.
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

/** How many of the expected columns a line names. */
function columnsNamed(line: string, delimiter: string, quote: string, needed: readonly string[]): number {
  const names = new SourceNames(line.split(delimiter).map((name) => name.replaceAll(quote, '')));
  return needed.filter((column) => names.positionsOf(column).length > 0).length;
}
