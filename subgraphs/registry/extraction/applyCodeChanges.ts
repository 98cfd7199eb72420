import type { DuckDBConnection } from '@duckdb/node-api';
import type { Linkage } from '../../linkage/linkage.js';
import type { Mapping } from './mapping/mapping.js';
import type { RejectsReport } from './rejectsReport.js';
import { readSource, type SourceFolder } from './source/readSource.js';

/**
 * Makes old and new codes lead to one person, before anybody is looked up: registries name people by the codes that
 * were in force when the rows were written.
 */
export async function applyCodeChanges(
  changes: NonNullable<Mapping['codeChanges']>,
  folder: SourceFolder,
  linkage: Linkage,
  rejects: RejectsReport,
  reader: DuckDBConnection,
): Promise<void> {
  for await (const batch of readSource(folder, changes.file, [changes.old, changes.new], reader)) {
    for (const row of batch.malformed) rejects.add(changes.file, row, 'malformed-row');
    const [old, current] = batch.columns;
    batch.rowNumbers.forEach((number, index) => {
      const linked = linkage.aliasPerson(changes.scheme, old![index]!, current![index]!);
      if (typeof linked === 'string') rejects.add(changes.file, number, linked);
    });
  }
}
