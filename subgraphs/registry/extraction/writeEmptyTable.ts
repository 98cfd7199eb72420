import type { TableDefinition } from '../columns/tableDefinition.js';
import { StagingTable } from './staging/stagingTable.js';

/** Writes a table for which the source has nothing; gives its number of rows. */
export async function writeEmptyTable({ columns, order }: TableDefinition, path: string): Promise<number> {
  const staging = new StagingTable({
    columns: Object.entries(columns).map(([name, { kind }]) => ({ name, kind, texts: [] })),
    order,
    keys: 1,
    spill: `${path}.spill`,
  });
  try {
    return await staging.write(path);
  } finally {
    staging.discard();
  }
}
