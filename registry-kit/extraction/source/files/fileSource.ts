import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { withMemoryDatabase } from '../../../../lib/duckdb.js';
import { PolkuError } from '../../../../lib/errors.js';
import { readSourceMarker } from '../../../snapshot/manifest.js';
import {
  type FileFormat,
  readsJson,
  type Mapping,
  type RowSource,
  rowSources,
} from '../../mapping/mapping.js';
import { rewriteReferences } from '../json/fhirReference.js';
import { codesById } from '../json/patientCodes.js';
import type { ReadBatch } from '../rowBatch.js';
import { type RowsPart, RowsOfParts } from '../rowsOfParts.js';
import type { Source, SourceAccess, SourceRows } from '../source.js';
import { fileFault } from './fileFault.js';
import { readCsv } from './readCsv.js';
import { readJson } from './readJson.js';
import { isDayOrTime, openParquet, readParquet, typesOf } from './readParquet.js';
import { RowFilter } from './rowFilter.js';
import { sha256OfSource } from './sourceBytes.js';

/** Where the export of one registry is. */
export interface Exports extends Pick<SourceAccess, 'registry' | 'signal'> {
  readonly folder: string;
}

/** A source file before it is read. */
interface SourceFile extends RowsPart {
  readonly path: string;
  /** Names it in messages: `<registry>/<file>` */
  readonly name: string;
  readonly sha256: string;
}

/**
 * Opens the export of one departmental system: files of one format in a folder.
 * @throws PolkuError SOURCE_UNREADABLE, before any other work
 */
export async function withFiles<Result>(
  mapping: Mapping,
  format: FileFormat,
  exports: Exports,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  const files = await digestFiles(mapping, exports);
  const { synthetic } = await readSourceMarker(exports.folder);
  return withMemoryDatabase((connection) => {
    const reader = new FileReader(files, format, connection, exports.signal);
    return work({
      synthetic,
      fingerprint: fingerprintOf(new Set([...files.values()].flat())),
      place: `the folder ${join(exports.folder, exports.registry)}`,
      open: (source, columns) => reader.open(source, columns),
    });
  });
}

/** Hashes the files that a mapping names, each once, by the name or the pattern in the mapping. */
async function digestFiles(
  mapping: Mapping,
  { folder, registry, signal }: Exports,
): Promise<ReadonlyMap<string, readonly SourceFile[]>> {
  const digested = new Map<string, SourceFile>();
  const digest = async (file: string): Promise<SourceFile> => {
    const known = digested.get(file);
    if (known) return known;
    const [path, name] = [join(folder, registry, file), `${registry}/${file}`];
    try {
      const { size } = await stat(path);
      const found = { file, path, name, size, sha256: await sha256OfSource(path, signal) };
      digested.set(file, found);
      return found;
    } catch (cause) {
      throw fileFault(name, cause);
    }
  };
  const files = new Map<string, SourceFile[]>();
  for (const pattern of [...new Set(rowSources(mapping).map(({ text }) => text))].sort()) {
    const found: SourceFile[] = [];
    for (const file of await matching(pattern, folder, registry)) found.push(await digest(file));
    files.set(pattern, found);
  }
  return files;
}

/** The files that a name in a mapping stands for: `*` stands for any part of a name. */
async function matching(pattern: string, folder: string, registry: string): Promise<readonly string[]> {
  if (!pattern.includes('*')) return [pattern];
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const form = new RegExp(`^${parts.join('.*')}$`, 's');
  let names: readonly string[];
  try {
    names = await readdir(join(folder, registry));
  } catch (cause) {
    throw fileFault(`${registry}/${pattern}`, cause);
  }
  const found = names.filter((name) => form.test(name)).sort();
  if (found.length > 0) return found;
  throw new PolkuError(
    'SOURCE_UNREADABLE',
    `No file matches ${registry}/${pattern}. Expected one or more below the folder given with --source.`,
    { file: pattern },
  );
}

/** SHA-256 over the names and contents of files, in hexadecimal. */
function fingerprintOf(files: ReadonlySet<SourceFile>): string {
  const hash = createHash('sha256');
  for (const { name, sha256 } of files) hash.update(`${name}\0${sha256}\0`);
  return hash.digest('hex');
}

class FileReader {
  private patients: Promise<ReadonlyMap<string, string>> | undefined;

  /** @param connection reads Parquet. Codes and names may pass through it; nothing is stored */
  constructor(
    private readonly files: ReadonlyMap<string, readonly SourceFile[]>,
    private readonly format: FileFormat,
    private readonly connection: DuckDBConnection,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async open(source: RowSource, columns: readonly string[]): Promise<SourceRows> {
    const { format } = this;
    const files = this.files.get(source.text)!;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const types = await this.types(files, columns);
    const typedDays = new Set([...types].filter(([, type]) => isDayOrTime(type)).map(([column]) => column));
    const rows = new RowsOfParts(files, (file) => this.read(file, source, columns));
    return {
      size,
      description: files.map((file) => `${file.path} (${file.size} bytes, ${format.type})`).join('\n'),
      types,
      typedDays,
      placeOf: (row) => rows.placeOf(row),
      unseen: () => rows.unseen,
      read: () => rows.read(),
    };
  }

  /** The types of the columns of Parquet files; those of one table have the same. */
  private async types(
    files: readonly SourceFile[],
    columns: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    if (this.format.type !== 'parquet') return new Map();
    const [first, ...others] = await Promise.all(
      files.map(async ({ path, name }) => {
        try {
          return { name, types: typesOf(await openParquet(this.connection, path, name, columns), columns) };
        } catch (cause) {
          throw fileFault(name, cause);
        }
      }),
    );
    for (const { name, types } of others) {
      const other = columns.find((column) => types.get(column) !== first!.types.get(column));
      if (other !== undefined)
        throw new PolkuError(
          'SOURCE_COLUMNS',
          `"${other}" has another type in ${name} than in ${first!.name}. Export the files of one table in one form.`,
          { file: name, column: other },
        );
    }
    return first!.types;
  }

  /** Streams the columns of a file, and compares what was read with the file's hash. */
  private async *read(
    file: SourceFile,
    source: RowSource,
    columns: readonly string[],
  ): AsyncGenerator<ReadBatch, readonly string[]> {
    const { path, name, sha256 } = file;
    let unseen: readonly string[] = [];
    let read: string;
    try {
      if (readsJson(this.format)) {
        const lines = { name, columns, where: source.where, rewrite: await this.rewriting(source) };
        ({ sha256: read, unseen } = yield* readJson(path, file.size, lines, this.signal));
      } else {
        const filter = new RowFilter(columns, source.where);
        read = yield* filter.apply(this.readColumns(file, filter.read));
      }
    } catch (cause) {
      throw fileFault(name, cause);
    }
    if (read === sha256) return unseen;
    throw new PolkuError(
      'SOURCE_CHANGED',
      `The source file ${name} changed while it was read. None of it was used; wait until the export is complete, ` +
        'and run the command again.',
      { file: name },
    );
  }

  /** @returns the SHA-256 of what was read, in hexadecimal */
  private async *readColumns(
    { path, name, size }: SourceFile,
    columns: readonly string[],
  ): AsyncGenerator<ReadBatch, string> {
    const { format, connection, signal } = this;
    if (format.type === 'csv') return yield* readCsv(path, name, size, format, columns, signal);
    yield* readParquet(connection, path, name, columns, format.zone !== undefined);
    return sha256OfSource(path, signal);
  }

  /** How texts of resources change: references become ids, or codes of patients. */
  private async rewriting(source: RowSource) {
    const { format } = this;
    if (format.type !== 'fhir') return undefined;
    const codes = source === format.patients?.source ? undefined : await this.codesOfPatients();
    return rewriteReferences(codes);
  }

  /** The codes of all patients, read once. */
  private codesOfPatients(): Promise<ReadonlyMap<string, string>> | undefined {
    const { format } = this;
    if (format.type !== 'fhir' || !format.patients) return undefined;
    const { source, code } = format.patients;
    const rows = () =>
      new RowsOfParts(this.files.get(source.text)!, (file) => this.read(file, source, ['id', code])).read();
    return (this.patients ??= codesById(rows()));
  }
}
