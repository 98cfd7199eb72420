import type { Mapping } from './mapping/mapping.js';
import { readRows } from './readRows.js';
import type { TableExtraction } from './tableExtraction.js';

/**
 * Makes old and new codes lead to one person, before anybody is looked up: registries name people by the codes that
 * were in force when the rows were written.
 */
export async function applyCodeChanges(
  changes: NonNullable<Mapping['codeChanges']>,
  extraction: TableExtraction,
): Promise<void> {
  const { folder, rejects, meter, cells } = extraction;
  meter.begin('codeChanges', folder.files.get(changes.file)!.bytes);
  const columns = [changes.old, changes.new];
  const rows = await readRows(changes.file, columns, extraction, ([old, current], index) => {
    const linked = cells.linkage.aliasPerson(changes.scheme, old![index]!, current![index]!);
    return typeof linked === 'string' ? { reason: linked, columns } : undefined;
  });
  rejects.requireFew(changes.file, rows);
}
