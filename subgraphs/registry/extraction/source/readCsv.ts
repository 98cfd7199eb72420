import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { CsvFormat } from '../mapping/mapping.js';
import { CsvParser } from './csvParser.js';
import { requireColumns } from './requireColumns.js';
import type { ReadBatch } from './rowBatch.js';

const CHUNK_BYTES = 2 ** 17;

/**
 * Streams the named columns of a CSV file, some thousand rows at a time.
 *
 * Polku splits CSV itself, because DuckDB's reader cannot both go on after a bad row and say which one it was
 * (docs/decisions/duckdb.md).
 * @param size of the file, in bytes
 * @returns the SHA-256 of what was read
 * @throws PolkuError SOURCE_COLUMNS
 */
export async function* readCsv(
  path: string,
  file: string,
  size: number,
  format: CsvFormat,
  columns: readonly string[],
): AsyncGenerator<ReadBatch, string> {
  const parser = new CsvParser(format);
  const decoder = new TextDecoder(format.encoding);
  const hash = createHash('sha256');
  let selected = false;
  let read = 0;
  for await (const bytes of chunksOf(path)) {
    hash.update(bytes ?? '');
    read += bytes?.length ?? 0;
    const last = bytes === undefined;
    parser.push(decoder.decode(bytes, { stream: !last }), last);
    if (!parser.header) continue;
    if (!selected) {
      requireColumns(file, parser.header, columns);
      parser.select(columns);
      selected = true;
    }
    yield { ...parser.take(last), share: Math.min(1, read / Math.max(1, size)) };
  }
  return hash.digest('hex');
}

/** A file's bytes in pieces; after the last of them undefined. */
async function* chunksOf(path: string): AsyncGenerator<Buffer | undefined> {
  for await (const bytes of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield bytes as Buffer;
  yield undefined;
}
