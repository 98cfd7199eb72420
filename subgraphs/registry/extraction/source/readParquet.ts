import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlName, sqlPath } from '../../../storage/memoryDatabase.js';
import { sha256OfFile } from '../../snapshot/sha256OfFile.js';
import { requireColumns } from './requireColumns.js';
import type { ReadBatch } from './rowBatch.js';

/**
 * Streams the named columns of a Parquet file as texts, some thousand rows at a time; dates come as ISO 8601.
 * @returns the SHA-256 of the file once it was read
 * @throws PolkuError SOURCE_COLUMNS
 */
export async function* readParquet(
  connection: DuckDBConnection,
  path: string,
  file: string,
  columns: readonly string[],
): AsyncGenerator<ReadBatch, string> {
  const source = `read_parquet(${sqlPath(path)})`;
  const description = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
  const found = description.getRows().map(([name]) => String(name));
  requireColumns(file, found, columns);

  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${source}`);
  const rows = Number(counted.getRows()[0]![0]);
  const selected = columns.map((column) => `coalesce(${sqlName(column)}::VARCHAR, '')`);
  const result = await connection.stream(`SELECT ${selected.join(', ')} FROM ${source}`);
  let row = 0;
  for await (const chunk of result) {
    yield {
      columns: chunk.getColumns() as string[][],
      rowNumbers: Array.from({ length: chunk.rowCount }, () => ++row),
      malformed: [],
      wronglyEncoded: [],
      share: row / rows,
    };
  }
  return sha256OfFile(path);
}
