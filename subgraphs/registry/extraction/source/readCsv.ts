import { createHash } from 'node:crypto';
import { PolkuError } from '../../../../schema/polkuError.js';
import type { CsvFormat } from '../mapping/mapping.js';
import { CsvParser } from './csvParser.js';
import { explainFirstLine } from './explainFirstLine.js';
import { binaryFormat, encodingOf } from './fileFormat.js';
import { requireColumns } from './requireColumns.js';
import type { ReadBatch } from './rowBatch.js';
import { chunksOf, hashed, unpacked } from './sourceBytes.js';
import { SourceNames } from './sourceNames.js';

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
