import type { TableDefinition } from '../columns/tableDefinition.js';
import { columnsOf, sourceColumns, type TableMapping } from './mapping/mapping.js';
import { readRows } from './readRows.js';
import { isReject, RowReader } from './rows/rowReader.js';
import { StagingTable } from './staging/stagingTable.js';
import type { Reject } from './rows/rejectReason.js';
import type { TableExtraction } from './tableExtraction.js';

/** Reads one source file and writes it as a table of the snapshot; gives its number of rows. */
export async function extractTable(
  table: TableMapping,
  definition: TableDefinition,
  path: string,
  extraction: TableExtraction,
): Promise<number> {
  const { mapping, folder, rejects, meter, cells } = extraction;
  const rowReader = new RowReader(table, mapping, { ...cells, table: table.name });
  const staging = new StagingTable({
    columns: table.columns.map(({ name }, index) => ({
      name,
      kind: definition.columns[name]!.kind,
      texts: rowReader.inputs[index]!.reader.dictionary?.texts,
    })),
    order: definition.order,
    unique: table.unique,
    keys: cells.linkage.personDomain,
    spill: `${path}.spill`,
  });
  meter.begin(table.name, folder.files.get(table.file)!.bytes);
  try {
    const rows = await readRows(table.file, sourceColumns(table), extraction, (columns, index, number) => {
      const row = rowReader.read(columns, index);
      if (isReject(row)) return row;
      staging.append(row, number);
      return undefined;
    });
    const duplicate = duplicateReject(table);
    for (const row of staging.setDuplicatesAside()) {
      rejects.add(table.file, row, duplicate);
      await rejects.flush();
    }
    rejects.requireFew(table.file, rows);
    return await staging.write(path, (share) => meter.written(share));
  } finally {
    staging.discard();
  }
}

function duplicateReject({ unique, subject, columns }: TableMapping): Reject {
  if (unique === 'subject') return { reason: 'duplicate-subject', columns: [subject.from] };
  const column = columns.find(({ name }) => name === unique);
  return { reason: 'duplicate-id', columns: column ? columnsOf(column) : [] };
}
