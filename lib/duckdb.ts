import { totalmem } from 'node:os';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const MIB = 2 ** 20;

/** Opens another connection to the same database, for concurrent work. */
export type Connect = () => Promise<DuckDBConnection>;

/**
 * Runs work in a separate in-memory DuckDB. The database never spills to disk: encrypted spill files need an
 * extension from the network, and unencrypted ones are readable (docs/decisions/duckdb.md). It loads no
 * extensions and uses at most half of the memory.
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
    throw new Error('DuckDB did not accept the setting that forbids spilling to disk.');
}

/** Quotes a text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Quotes a name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a path for DuckDB's readers, which would otherwise expand *, ? and [. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[*?[]/g, '[$&]'));
}

/**
 * Returns SQL for the rows of a Parquet file. Polku reads every Parquet file through this function; a lint
 * rule checks it.
 *
 * DuckDB treats a folder named like `month=2015-03-01` as a Hive partition. It then replaces the column
 * `month` of every row by the value in the folder's name. Folder names are not data, so partition detection
 * is off.
 */
export function parquetRows(path: string): string {
  return `read_parquet(${sqlPath(path)}, hive_partitioning = false)`;
}

/**
 * Returns SQL for the columns in a Parquet footer. Elsewhere DuckDB renames a column whose name occurs twice.
 */
export function parquetSchema(path: string): string {
  return `parquet_schema(${sqlPath(path)})`;
}

/** Returns SQL for the metadata in a Parquet footer, such as the number of rows. */
export function parquetFooter(path: string): string {
  return `parquet_file_metadata(${sqlPath(path)})`;
}
