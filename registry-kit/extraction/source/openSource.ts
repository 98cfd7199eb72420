import { PolkuError } from '../../../lib/errors.js';
import { CODE_CHANGES, isDatabase, isFhirServer, type Mapping, sourceColumns } from '../mapping/mapping.js';
import { withDatabase } from './databases/databaseSource.js';
import { withFhirServer } from './fhirServer/fhirServerSource.js';
import { withFiles } from './files/fileSource.js';
import type { Source, SourceAccess, SourceRows } from './source.js';

/**
 * Opens the source that a mapping names, and closes it after the work.
 * @throws PolkuError USAGE if the folder of exports is not named; SECRET_INVALID, SOURCE_UNREADABLE,
 * SOURCE_DENIED, SOURCE_CONNECTION
 */
export async function withSource<Result>(
  mapping: Mapping,
  access: SourceAccess,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  const { format } = mapping;
  if (isDatabase(format)) return withDatabase(format, access, work);
  if (isFhirServer(format)) return withFhirServer(mapping, format, access, work);
  const { exports: folder, registry, signal } = access;
  if (folder === undefined)
    throw new PolkuError(
      'USAGE',
      `${registry} is read from files: name the folder of the exports with --source.`,
      { registry },
    );
  return withFiles(mapping, format, { folder, registry, signal }, work);
}

/**
 * Opens the rows of all tables, so that whatever is missing is reported before the first row is read.
 * @returns the rows by table, and those of `CODE_CHANGES`
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS, SOURCE_DENIED, SOURCE_BUSY, SOURCE_CONNECTION
 */
export async function openRows(
  { codeChanges, tables }: Mapping,
  source: Source,
): Promise<ReadonlyMap<string, SourceRows>> {
  const opened = new Map<string, SourceRows>();
  if (codeChanges)
    opened.set(CODE_CHANGES, await source.open(codeChanges.source, [codeChanges.old, codeChanges.new]));
  for (const table of tables)
    opened.set(table.name, await source.open(table.source, sourceColumns(table), table.watermark));
  return opened;
}
