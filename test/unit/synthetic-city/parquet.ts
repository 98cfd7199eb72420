import { DuckDBInstance } from '@duckdb/node-api';
import { parquetRows as source } from '../../../lib/duckdb.js';

/** All rows of a Parquet file in order, values as text. */
export async function parquetRows(path: string): Promise<Record<string, string | null>[]> {
  return query(`SELECT COLUMNS(*)::VARCHAR FROM ${source(path)}`);
}

/** "name TYPE, name TYPE" in order. */
export async function parquetColumns(path: string): Promise<string> {
  const columns = await query(
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${source(path)})`,
  );
  return columns.map((column) => `${column['column_name']} ${column['column_type']}`).join(', ');
}

async function query(sql: string): Promise<Record<string, string | null>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJson() as Record<string, string | null>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
