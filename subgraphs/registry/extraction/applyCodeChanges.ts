import type { Balance } from '../snapshot/balance.js';
import type { Mapping } from './mapping/mapping.js';
import { readRows } from './readRows.js';
import type { TableExtraction } from './tableExtraction.js';

/**
 * Makes old and new codes lead to one person, before anybody is looked up: registries name people by the codes that
 * were in force when the rows were written. The list tolerates no loss: somebody whose change is lost is two people, and what
 * protects one of them does not protect the other.
 */
export async function applyCodeChanges(
  changes: NonNullable<Mapping['codeChanges']>,
  extraction: TableExtraction,
): Promise<Balance> {
  const { folder, rejects, meter, cells } = extraction;
  meter.begin('codeChanges', folder.files.get(changes.file)!.bytes);
  const columns = [changes.old, changes.new];
  let rows = 0;
  const read = await readRows(changes.file, columns, extraction, ([old, current], index) => {
    const linked = cells.linkage.aliasPerson(changes.scheme, old![index]!, current![index]!);
    if (typeof linked === 'string') return { reason: linked, columns };
    rows++;
    return undefined;
  });
  const source = { file: changes.file, table: 'codeChanges', read, protects: true, knowsPersons: true };
  return { read, rows, ...rejects.closeFile(source) };
}
