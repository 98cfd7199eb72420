import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableDefinition } from '../columns/tableDefinition.js';
import { StagingTable } from './stagingTable.js';

/** Writes a table for which the source has nothing; gives its number of rows. */
export async function writeEmptyTable(
  definition: TableDefinition,
  path: string,
  stage: DuckDBConnection,
): Promise<number> {
  const columns = Object.entries(definition.columns).map(([name, { kind }]) => ({ name, kind, texts: [] }));
  return (await StagingTable.create(stage, columns)).write(path, definition.order);
}
