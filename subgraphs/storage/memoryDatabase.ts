import { totalmem } from 'node:os';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

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
