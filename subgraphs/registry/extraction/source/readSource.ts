import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PolkuError } from '../../../../schema/polkuError.js';
import type { SourceFormat } from '../mapping/mapping.js';
import { readCsv } from './readCsv.js';
import { readParquet } from './readParquet.js';
import type { ReadBatch } from './rowBatch.js';
import type { SourceFiles } from './sourceFiles.js';

/** The export of one departmental system: files of one format in a folder. */
export interface SourceFolder {
  /** `<source>/<registry>` */
  readonly path: string;
  readonly registry: string;
  readonly format: SourceFormat;
  /** What its files were when the extraction began. */
  readonly files: SourceFiles;
}

/**
 * Streams the named columns of a source file.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS; after the last batch SOURCE_CHANGED, where something else was read
 * than the extraction began with
 */
export async function* readSource(
  folder: SourceFolder,
  file: string,
  columns: readonly string[],
  connection: DuckDBConnection,
): AsyncGenerator<ReadBatch> {
  const path = join(folder.path, file);
  const name = `${folder.registry}/${file}`;
  const { bytes, sha256 } = folder.files.get(file)!;
  let read: string;
  try {
    await access(path, constants.R_OK);
    read =
      folder.format.type === 'csv'
        ? yield* readCsv(path, name, bytes, folder.format, columns)
        : yield* readParquet(connection, path, name, columns);
  } catch (cause) {
    throw cause instanceof PolkuError ? cause : unreadable(name, cause);
  }
  if (read !== sha256) {
    throw new PolkuError(
      'SOURCE_CHANGED',
      `The source file ${name} changed while it was read. Nothing of it was taken; wait until the export is complete, ` +
        'and run the command again.',
      { file: name },
    );
  }
}

/** Says what is wrong with a source file; the cause's own text may quote a row, so it is left out. */
export function unreadable(name: string, cause: unknown): PolkuError {
  const code = (cause as NodeJS.ErrnoException).code;
  const reason = code === 'ENOENT' ? 'is missing' : code === 'EACCES' ? 'may not be read' : 'cannot be read';
  return new PolkuError(
    'SOURCE_UNREADABLE',
    `The source file ${name} ${reason}. Expected it below the folder given with --source, as mapping.yaml names it.`,
    { file: name },
  );
}
