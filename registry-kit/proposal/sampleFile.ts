import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { withMemoryDatabase } from '../../lib/duckdb.js';
import { PolkuError } from '../../lib/errors.js';
import type { CsvFormat } from '../extraction/mapping/mapping.js';
import { CsvParser } from '../extraction/source/files/csvParser.js';
import { fileFault } from '../extraction/source/files/fileFault.js';
import { readCsv } from '../extraction/source/files/readCsv.js';
import { readJson } from '../extraction/source/files/readJson.js';
import { openParquet, readParquet } from '../extraction/source/files/readParquet.js';
import { chunksOf, encodingOf, unpacked } from '../extraction/source/files/sourceBytes.js';
import { rewriteReferences } from '../extraction/source/json/fhirReference.js';
import { parseObject, wholeLines } from '../extraction/source/json/readJsonLines.js';
import { looksLikeNames } from '../extraction/source/sourceNames.js';
import { PATH_OBJECTS, pathsOf } from './samplePaths.js';
import type { Sample } from './sample.js';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Opens a CSV, Parquet or JSON Lines file (of FHIR, too), and passes it to the work.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS if the first line may be a row
 */
export async function withFile<Result>(
  path: string,
  work: (sample: Sample) => Promise<Result>,
): Promise<Result> {
  const file = basename(path);
  const { size } = await stat(path).catch((cause: unknown) => {
    throw fileFault(file, cause);
  });
  if (/\.(?:ndjson|jsonl)(?:\.gz)?$/i.test(file)) {
    const { type, columns } = await jsonPaths(path, file);
    const rewrite = type === 'fhir' ? rewriteReferences(undefined) : undefined;
    const lines = { name: file, columns, where: undefined, rewrite };
    const rows = () => columnsOf(readJson(path, size, lines, undefined));
    return work({ kind: 'file', source: file, format: { type }, columns, rows });
  }
  if (!/\.parquet$/i.test(file)) {
    const { format, columns } = await csvNames(path, file);
    const { delimiter, encoding } = format;
    return work({
      kind: 'file',
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
      kind: 'file',
      source: file,
      format: { type: 'parquet' },
      columns,
      rows: () => columnsOf(readParquet(connection, path, file, columns, false)),
    });
  });
}

/** The paths of the first objects of a file, and whether they are resources of FHIR. */
async function jsonPaths(
  path: string,
  file: string,
): Promise<{ readonly type: 'fhir' | 'ndjson'; readonly columns: readonly string[] }> {
  const objects: object[] = [];
  const chunks = unpacked(chunksOf(path, undefined));
  for await (const lines of wholeLines(chunks, file)) {
    for (const line of lines) {
      const object = line === undefined ? undefined : parseObject(line);
      if (object) objects.push(object);
    }
    if (objects.length >= PATH_OBJECTS) break;
  }
  const columns = pathsOf(objects);
  if (columns.length > 0)
    return { type: objects.every((object) => 'resourceType' in object) ? 'fhir' : 'ndjson', columns };
  throw new PolkuError(
    'SOURCE_UNREADABLE',
    `${file} has no objects with named values. Expected JSON Lines: one object a line.`,
    { file },
  );
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
