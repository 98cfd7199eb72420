import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableDefinition } from '../columns/tableDefinition.js';
import { sourceColumns, type Mapping, type TableMapping } from './mapping/mapping.js';
import type { RejectsReport } from './rejectsReport.js';
import type { CellContext } from './rows/cellReader.js';
import { RowReader } from './rows/rowReader.js';
import { readSource, type SourceFolder } from './source/readSource.js';
import { StagingTable } from './stagingTable.js';

/** What the tables of one extraction share. */
export interface TableExtraction {
  readonly mapping: Mapping;
  readonly folder: SourceFolder;
  readonly rejects: RejectsReport;
  /** Reads Parquet; codes and names may pass through it, and nothing is kept. */
  readonly reader: DuckDBConnection;
  /** Gathers linked rows, and never sees a code or a name. */
  readonly stage: DuckDBConnection;
  readonly cells: Omit<CellContext, 'table'>;
  /** Called after each batch, and when the table is done, with the rows read so far; throws to stop. */
  readonly onBatch: (table: string, rows: number, done: boolean) => void;
}

/** Reads one source file and writes it as a table of the snapshot; gives its number of rows. */
export async function extractTable(
  table: TableMapping,
  definition: TableDefinition,
  path: string,
  extraction: TableExtraction,
): Promise<number> {
  const { mapping, folder, rejects, cells, onBatch } = extraction;
  const rowReader = new RowReader(table, mapping, { ...cells, table: table.name });
  const columns = table.columns.map(({ name }, index) => ({
    name,
    kind: definition.columns[name]!.kind,
    texts: rowReader.inputs[index]!.reader.dictionary?.texts,
  }));
  const staging = await StagingTable.create(extraction.stage, columns);
  let rows = 0;
  for await (const batch of readSource(folder, table.file, sourceColumns(table), extraction.reader)) {
    for (const row of batch.malformed) rejects.add(table.file, row, 'malformed-row');
    batch.rowNumbers.forEach((number, index) => {
      const row = rowReader.read(batch.columns, index);
      if (typeof row === 'string') rejects.add(table.file, number, row);
      else staging.append(row, number);
    });
    await rejects.flush();
    rows += batch.rowNumbers.length + batch.malformed.length;
    onBatch(table.name, rows, false);
  }
  if (table.unique !== undefined) {
    const reason = table.unique === 'subject' ? 'duplicate-subject' : 'duplicate-id';
    for (const row of await staging.setDuplicatesAside(table.unique)) rejects.add(table.file, row, reason);
  }
  const written = await staging.write(path, definition.order);
  onBatch(table.name, rows, true);
  return written;
}
