import { CODE_CHANGES, type Mapping, sourceColumns } from '../mapping/mapping.js';
import { type Exports, withFiles } from './files/fileSource.js';
import type { Source, SourceRows } from './source.js';

/**
 * Opens the source that a mapping names, and closes it after the work.
 * @throws PolkuError SOURCE_UNREADABLE
 */
export function withSource<Result>(
  mapping: Mapping,
  exports: Exports,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  return withFiles(mapping, mapping.format, exports, work);
}

/**
 * Opens the rows of all tables, so that whatever is missing is reported before the first row is read.
 * @returns the rows by table, and those of `CODE_CHANGES`
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS
 */
export async function openRows(
  { codeChanges, tables }: Mapping,
  source: Source,
): Promise<ReadonlyMap<string, SourceRows>> {
  const opened = new Map<string, SourceRows>();
  if (codeChanges)
    opened.set(CODE_CHANGES, await source.open(codeChanges.source, [codeChanges.old, codeChanges.new]));
  for (const table of tables) opened.set(table.name, await source.open(table.source, sourceColumns(table)));
  return opened;
}
