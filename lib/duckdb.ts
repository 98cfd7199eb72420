import { totalmem } from 'node:os';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const MIB = 2 ** 20;

/** Gives one more connection to a database, for work side by side. */
export type Connect = () => Promise<DuckDBConnection>;

/**
 * Runs some work in a DuckDB of its own, in memory. It never spills: DuckDB's encryption of spill files needs an
 * extension from the network, and unencrypted spill has been found readable (docs/decisions/duckdb.md). It loads no
 * extensions, and works over at most half of the memory.
 */
export async function withMemoryDatabase<Result>(
  work: (connection: DuckDBConnection, connect: Connect) => Promise<Result>,
): Promise<Result> {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: '',
    memory_limit: `${Math.floor(memory / 2 / MIB)}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connections: DuckDBConnection[] = [];
  const connect = async (): Promise<DuckDBConnection> => {
    const connection = await instance.connect();
    connections.push(connection);
    return connection;
  };
  try {
    const connection = await connect();
    await assertNoSpill(connection);
    return await work(connection, connect);
  } finally {
    for (const connection of connections) connection.closeSync();
    instance.closeSync();
  }
}

async function assertNoSpill(connection: DuckDBConnection): Promise<void> {
  const setting = await connection.runAndReadAll(`SELECT current_setting('temp_directory')`);
  if (setting.getRows()[0]?.[0] !== '')
    throw new Error('DuckDB did not take the setting that forbids spilling.');
}

/** A text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path as DuckDB's readers take it: they would expand *, ? and [. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[*?[]/g, '[$&]'));
}

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
