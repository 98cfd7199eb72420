import { sqlPath } from './memoryDatabase.js';

/**
 * The rows of a Parquet file in SQL. Every Parquet file that Polku reads is read through here, and lint keeps it so.
 *
 * DuckDB takes a folder named like `month=2015-03-01` for a Hive partition and replaces the column `month` of every row by the
 * name of the folder. A folder's name is no data, so partitions are never looked for.
 */
export function parquetRows(path: string): string {
  return `read_parquet(${sqlPath(path)}, hive_partitioning = false)`;
}

/** The columns of a Parquet file as its footer names them. DuckDB renames a column whose name occurs twice. */
export function parquetSchema(path: string): string {
  return `parquet_schema(${sqlPath(path)})`;
}

/** What the footer of a Parquet file says of the file, among it its number of rows. */
export function parquetFooter(path: string): string {
  return `parquet_file_metadata(${sqlPath(path)})`;
}
