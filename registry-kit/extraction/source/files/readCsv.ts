import { createHash } from 'node:crypto';
import type { CsvFormat } from '../../mapping/mapping.js';
import { type ReadBatch, requireColumns } from '../rowBatch.js';
import { codePoint, SourceNames } from '../sourceNames.js';
import { CsvParser, type HeaderFault } from './csvParser.js';
import { chunksOf, hashed, requireText, unpacked } from './sourceBytes.js';

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
export async function* readCsv(
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
    if (head === '' && bytes) requireText(file, bytes, { form: 'CSV', encoding: format.encoding });
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
  if (/^\s*(?:\{|\[\s*[[{"])/.test(head))
    return 'It looks like JSON. If it has one object a line, say "type: ndjson" in mapping.yaml.';
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
