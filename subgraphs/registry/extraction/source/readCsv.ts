import { createReadStream } from 'node:fs';
import type { CsvFormat } from '../mapping/mapping.js';
import { CsvParser } from './csvParser.js';
import { requireColumns } from './requireColumns.js';
import type { RowBatch } from './rowBatch.js';

const CHUNK_BYTES = 2 ** 20;

/**
 * Streams the named columns of a CSV file, about a megabyte at a time.
 *
 * Polku splits CSV itself, because DuckDB's reader cannot both go on after a bad row and say which one it was
 * (docs/decisions/duckdb.md).
 * @throws PolkuError SOURCE_COLUMNS
 */
export async function* readCsv(
  path: string,
  file: string,
  format: CsvFormat,
  columns: readonly string[],
): AsyncGenerator<RowBatch> {
  const parser = new CsvParser(format);
  const decoder = new TextDecoder(format.encoding);
  let selected = false;
  for await (const { text, last } of texts(path, decoder)) {
    parser.push(text, last);
    if (!parser.header) continue;
    if (!selected) {
      requireColumns(file, parser.header, columns);
      parser.select(columns);
      selected = true;
    }
    yield parser.take(last);
  }
}

/** The decoded file in pieces; the last of them, perhaps empty, is marked. */
async function* texts(path: string, decoder: TextDecoder): AsyncGenerator<{ text: string; last: boolean }> {
  for await (const bytes of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    yield { text: decoder.decode(bytes as Buffer, { stream: true }), last: false };
  }
  yield { text: decoder.decode(), last: true };
}
