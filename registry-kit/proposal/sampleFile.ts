import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { withMemoryDatabase } from '../../lib/duckdb.js';
import { PolkuError } from '../../lib/errors.js';
import type { CsvFormat } from '../extraction/mapping/mapping.js';
import { CsvParser } from '../extraction/source/files/csvParser.js';
import { readCsv } from '../extraction/source/files/readCsv.js';
import { openParquet, readParquet } from '../extraction/source/files/readParquet.js';
import { chunksOf, encodingOf, unpacked } from '../extraction/source/files/sourceBytes.js';
import { looksLikeNames } from '../extraction/source/sourceNames.js';
import type { Sample } from './sample.js';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Opens a CSV or Parquet file, and passes it to the work.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS if the first line may be a row
 */
export async function withFile<Result>(
  path: string,
  work: (sample: Sample) => Promise<Result>,
): Promise<Result> {
  const file = basename(path);
  const { size } = await stat(path);
  if (!/\.parquet$/i.test(file)) {
    const { format, columns } = await csvNames(path, file);
    const { delimiter, encoding } = format;
    return work({
      source: file,
      format: {
        type: 'csv',
        ...(delimiter !== ',' && { delimiter }),
        ...(encoding !== 'utf-8' && { encoding }),
      },
      columns,
      rows: () => columnsOf(readCsv(path, file, size, format, columns, undefined)),
    });
  }
  return withMemoryDatabase(async (connection) => {
    const columns = (await openParquet(connection, path, file, [])).map(({ name }) => name);
    requireNames(file, columns);
    return work({
      source: file,
      format: { type: 'parquet' },
      columns,
      rows: () => columnsOf(readParquet(connection, path, file, columns, false)),
    });
  });
}

async function* columnsOf(
  batches: AsyncGenerator<{ readonly columns: readonly (readonly string[])[] }, unknown>,
): AsyncIterable<readonly (readonly string[])[]> {
  for await (const { columns } of batches) yield columns;
}

/** The names in the first line, with the delimiter that separates most of them. */
async function csvNames(
  path: string,
  file: string,
): Promise<{ readonly format: CsvFormat; readonly columns: readonly string[] }> {
  const chunks = unpacked(chunksOf(path, undefined));
  const first = await chunks.next();
  await chunks.return(undefined);
  const head = first.value ?? Buffer.alloc(0);
  const encoding = encodingOf(head) ?? (isUtf8(head) ? 'utf-8' : 'windows-1252');
  const text = new TextDecoder(encoding).decode(head, { stream: true });
  const read = DELIMITERS.map((delimiter) => {
    const format: CsvFormat = { type: 'csv', delimiter, quote: '"', encoding };
    const parser = new CsvParser(format);
    parser.push(text, false);
    return { format, columns: parser.header ?? [] };
  });
  const best = read.reduce((one, other) => (other.columns.length > one.columns.length ? other : one));
  requireNames(file, best.columns);
  return best;
}

/** Whether bytes are UTF-8; the last character may be cut off. */
function isUtf8(bytes: Buffer): boolean {
  return !new TextDecoder('utf-8').decode(bytes, { stream: true }).includes('\uFFFD');
}

/** Names are printed and written, so a line that may be about a person is none. */
function requireNames(file: string, columns: readonly string[]): void {
  if (looksLikeNames(columns) && new Set(columns).size === columns.length) return;
  throw new PolkuError(
    'SOURCE_COLUMNS',
    `The first line of ${file} does not look like the names of two or more columns, so nothing of it is shown. Expected distinct names of ` +
      'letters, with two digits at most, separated by a comma, a semicolon, a tab or |.',
    { file },
  );
}
