import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { DuckDBConnection } from '@duckdb/node-api';
import { parquetRows, sqlName, withMemoryDatabase } from '../../lib/duckdb.js';
import { PolkuError } from '../../lib/errors.js';
import { sha256OfFile } from '../../lib/regularFile.js';
import type { Linkage } from '../../linkage/linkage.js';
import type { PersonKey } from '../../schema/keys.js';
import { codeNumbers } from '../columns/loadTable.js';
import type { RegistryDefinition, TableDefinition } from '../columns/tableDefinition.js';
import type { Manifest } from '../snapshot/manifest.js';
import { readManifest } from '../snapshot/openSnapshot.js';
import { tableFile } from '../snapshot/snapshotDraft.js';
import { type Mapping, sourceColumns, type TableMapping } from './mapping/mapping.js';
import type { ProgressMeter } from './progressMeter.js';
import { type CellContext, isMissing } from './rows/cellReader.js';
import type { SourceRowReader, StoredRow } from './rows/sourceRowReader.js';
import type { ReadBatch } from './source/rowBatch.js';
import type { RowChanges, SourceRows } from './source/source.js';
import { KeyTable } from './staging/partitionedRows.js';
import { RowLayout } from './staging/rowLayout.js';

type Watermarks = NonNullable<Manifest['watermarks']>;

/** A table of the current snapshot, from which an extraction can go on. */
export interface Baseline {
  readonly path: string;
  readonly rows: number;
  /** See `RowChanges.latest`. */
  readonly since: string;
}

/** For each table with a watermark: where reading goes on, or why all its rows are read. */
export type Baselines = ReadonlyMap<string, Baseline | string>;

/** What the next extraction must know to read changes only; undefined if the mapping has no watermark. */
export function watermarksOf(place: string, rows: ReadonlyMap<string, SourceRows>): Watermarks | undefined {
  const times = [...rows].flatMap(([table, { changes }]) =>
    changes?.latest === undefined ? [] : [[table, changes.latest] as const],
  );
  return times.length === 0 ? undefined : { place: hashOf(place), times: Object.fromEntries(times) };
}

/** A manifest need not name the server and the user. */
function hashOf(place: string): string {
  return createHash('sha256').update(place).digest('hex');
}

/**
 * Compares what a table is read by now with what the current snapshot was read by. People who became known
 * or were merged since then need no comparison: rejected rows are read each time, and keys are followed.
 */
export async function findBaselines(
  { tables }: Mapping,
  sourceRows: ReadonlyMap<string, SourceRows>,
  { recipe, place }: Pick<Manifest, 'recipe'> & { readonly place: string },
  { registry, data, full = false }: IncrementOptions,
): Promise<Baselines> {
  const found = new Map<string, Baseline | string>();
  const marked = tables.filter(({ watermark }) => watermark);
  const manifest = marked.length === 0 || full ? undefined : await currentOf(data, registry);
  for (const { name } of marked) {
    const rows = sourceRows.get(name)!;
    found.set(
      name,
      full
        ? 'that was asked for'
        : manifest
          ? await baselineOf(name, manifest, rows, { recipe, place: hashOf(place) }, data)
          : 'there is no snapshot that can be continued',
    );
  }
  return found;
}

export interface IncrementOptions {
  readonly registry: RegistryDefinition;
  /** The folder of the snapshots. */
  readonly data: string;
  /** Whether to read all rows in any case. */
  readonly full?: boolean | undefined;
}

async function currentOf(data: string, registry: RegistryDefinition): Promise<Manifest | undefined> {
  try {
    return await readManifest(data, registry);
  } catch (cause) {
    if (cause instanceof PolkuError) return undefined;
    throw cause;
  }
}

async function baselineOf(
  table: string,
  { registry, snapshotId, recipe, tables, watermarks, sourceTypes }: Manifest,
  { types, changes }: SourceRows,
  now: { readonly recipe: string; readonly place: string },
  data: string,
): Promise<Baseline | string> {
  const since = watermarks?.times[table];
  if (since === undefined) return 'the snapshot before was read without a watermark';
  if (watermarks?.place !== now.place) return 'the server, the database or the user is another one';
  if (recipe !== now.recipe) return 'the mapping, the code lists, the tables or Polku itself changed';
  if (!isDeepStrictEqual(sourceTypes?.[table], Object.fromEntries(types)))
    return 'a column is of another type than before';
  if (changes!.latest === undefined || changes!.latest < since)
    return 'the last change is earlier than before';
  const { rows, sha256, rejects } = tables[table]!;
  if (rejects?.['duplicate-id']) return SHARED_ID;
  const path = join(data, registry, snapshotId, tableFile(table));
  if ((await sha256OfFile(path).catch(() => '')) !== sha256) return 'its file in the snapshot is damaged';
  return { path, rows, since };
}

/** What was found of each id; ids of the snapshot begin as `STORED`. */
const STORED = 1;
/** Changed by its time, and not met in the list of ids yet. */
const CHANGED = 2;
const LISTED = 3;
/** Stored and unchanged. */
const KEPT = 4;
/** Neither stored nor changed by its time: rejected before, or inserted with an earlier time. */
const MISSING = 5;

const SHARED_ID = 'rows share an id';

/** More rows than these are read faster with all others. */
const MAX_MISSING = 50_000;
/** How much a table may grow, as a share of its rows, before all are read. */
const MAX_GROWTH = 0.05;
const IDS_AT_ONCE = 1000;
/** The share of listing all ids in the time of reading. */
const SHARE_OF_LISTING = 0.5;
/** How full the table of ids becomes: nine bytes for each place. */
const LOAD = 0.8;

/** The rows of a table that must be read, next to those of the snapshot that stay. */
interface Changes {
  readonly kept: number;
  /** Rows of the snapshot that were deleted in the source. */
  readonly deleted: number;
  rows(): AsyncGenerator<ReadBatch>;
  /** @param id the key of a record of the snapshot */
  isKept(id: bigint): boolean;
}

/** A snapshot's table, and what changed since. */
export interface Increment {
  readonly path: string;
  readonly changes: Changes;
}

/**
 * Finds what changed since a snapshot: rows by their times, deleted rows by the list of all ids. A row that
 * the snapshot lacks is read whatever its time, so rejected rows are judged again.
 * @returns why all rows must be read, if that is so; then nothing of them was used yet
 */
export async function findChanges(
  table: TableMapping,
  changes: RowChanges,
  { path, rows, since }: Baseline,
  { linkage, registry }: Pick<CellContext, 'linkage' | 'registry'>,
  meter: ProgressMeter,
): Promise<Increment | string> {
  const id = table.columns.find(({ name }) => name === table.unique)!;
  const nothing = 'missing' in id ? id.missing : undefined;
  const mostAdded = MAX_MISSING + Math.floor(MAX_GROWTH * rows);
  const marks = new Marks(rows + mostAdded + MAX_MISSING);
  const keyOf = (text: string): bigint => linkage.recordKey(registry, table.name, text.trim());
  await withMemoryDatabase((connection) =>
    forEachChunk(connection, path, [sqlName(id.name)], ([keys]) => {
      for (const key of Array.from(keys!)) marks.set(key as bigint, STORED);
    }),
  );

  let [added, replaced, kept] = [0, 0, 0];
  for await (const { columns } of changes.idsSince(since)) {
    for (const text of columns[0]!) {
      const before = marks.set(keyOf(text), CHANGED);
      if (before === CHANGED) return SHARED_ID;
      if (before === STORED) replaced++;
      else if (++added > mostAdded) return 'too many rows are new';
    }
  }
  const missing: string[] = [];
  let listed = 0;
  for await (const { columns } of changes.ids()) {
    listed += columns[0]!.length;
    meter.read(0, SHARE_OF_LISTING * Math.min(1, listed / Math.max(1, rows)));
    for (const text of columns[0]!) {
      if (isMissing(text.trim(), nothing)) return 'rows have no id';
      const key = keyOf(text);
      const before = marks.of(key);
      if (before === STORED) {
        marks.set(key, KEPT);
        kept++;
      } else if (before === CHANGED) marks.set(key, LISTED);
      else if (before !== 0) return SHARED_ID;
      else {
        marks.set(key, MISSING);
        if (missing.push(text) > MAX_MISSING) return 'too many rows are not in the snapshot';
      }
    }
  }

  const position = sourceColumns(table).indexOf(table.watermark!.id);
  const found: (readonly string[])[][] = [];
  let notFound = missing.length;
  for (let from = 0; from < missing.length; from += IDS_AT_ONCE) {
    for await (const { columns } of changes.rowsOf(missing.slice(from, from + IDS_AT_ONCE))) {
      // A server may take other ids for equal, such as those that differ in capitals.
      const asked = [...columns[position]!.keys()].filter(
        (row) => marks.of(keyOf(columns[position]![row]!)) === MISSING,
      );
      notFound -= asked.length;
      found.push(columns.map((values) => asked.map((row) => values[row]!)));
    }
  }
  if (notFound !== 0) return 'rows were not found by their ids';
  return {
    path,
    changes: {
      kept,
      deleted: rows - kept - replaced,
      rows: () => numbered(changes.rowsSince(since), found),
      isKept: (key) => marks.of(key) === KEPT,
    },
  };
}

/** Numbers the rows of all batches in turn. */
async function* numbered(
  changed: AsyncGenerator<ReadBatch>,
  found: readonly (readonly (readonly string[])[])[],
): AsyncGenerator<ReadBatch> {
  let row = 0;
  const batchOf = (columns: ReadBatch['columns'], share: number): ReadBatch => ({
    columns,
    rowNumbers: columns[0]!.map(() => ++row),
    rejected: [],
    share,
  });
  for await (const { columns, share } of changed) yield batchOf(columns, share);
  for (const columns of found) yield batchOf(columns, 1);
}

/** Marks of keys of records. */
class Marks {
  private readonly table: KeyTable;

  constructor(keys: number) {
    this.table = new KeyTable(keys, LOAD);
  }

  of(key: bigint): number {
    return this.table.markOf(Number(key & 0xffff_ffffn), Number(key >> 32n));
  }

  /** Returns the mark before. */
  set(key: bigint, mark: number): number {
    return this.table.mark(Number(key & 0xffff_ffffn), Number(key >> 32n), mark);
  }
}

/**
 * Reads the rows of a snapshot's table that stay, in the form in which rows of the source are stored. People
 * who were merged since have their current key.
 * @param inputs of the columns of the mapping, in its order
 */
export async function readKept(
  table: TableMapping,
  definition: TableDefinition,
  { path, changes: { isKept } }: Increment,
  inputs: SourceRowReader['inputs'],
  linkage: Linkage,
  take: (row: StoredRow) => void,
): Promise<void> {
  const id = 1 + table.columns.findIndex(({ name }) => name === table.unique);
  const { columns: fields } = new RowLayout(table.columns.map(({ name }) => definition.columns[name]!.kind));
  await withMemoryDatabase(async (connection) => {
    const selected = ['subject'];
    /** For columns of codes: the number in the new dictionary of each number in the file's. */
    const numbers: (Uint16Array | undefined)[] = [];
    for (const [index, { name }] of table.columns.entries()) {
      const { kind } = definition.columns[name]!;
      const { type, nothing } = fields[index]!;
      const value = kind === 'day' ? `(${sqlName(name)} - DATE '1970-01-01')` : sqlName(name);
      const absent = kind === 'number' ? "'NaN'" : String(nothing);
      const codes = kind === 'code' ? await codeNumbers(connection, parquetRows(path), name) : undefined;
      const { dictionary } = inputs[index]!.reader;
      selected.push(
        codes?.select ?? `coalesce(${value}::${type.toString()}, (${absent})::${type.toString()})`,
      );
      numbers.push(codes && Uint16Array.from(codes.texts, (text) => dictionary!.numberOf(text)));
    }
    const people = table.columns.map(({ name }) => definition.columns[name]!.kind === 'person');
    await forEachChunk(connection, path, selected, (chunk, rows) => {
      for (let row = 0; row < rows; row++) {
        if (!isKept(chunk[id]![row] as bigint)) continue;
        take(
          chunk.map((values, at) => {
            const value = values[row]!;
            if (at === 0) return linkage.currentPerson(value as PersonKey);
            if (value === fields[at - 1]!.nothing) return null;
            if (people[at - 1]) return linkage.currentPerson(value as PersonKey);
            return numbers[at - 1]?.[value as number] ?? value;
          }),
        );
      }
    });
  });
}

type Values = ArrayLike<number | bigint>;

/** Visits the rows of a table of a snapshot: the values of each column, a few thousand at a time. */
async function forEachChunk(
  connection: DuckDBConnection,
  path: string,
  columns: readonly string[],
  visit: (columns: readonly Values[], rows: number) => void,
): Promise<void> {
  const chunks = await connection.stream(`SELECT ${columns.join(', ')} FROM ${parquetRows(path)}`);
  for await (const chunk of chunks) {
    const values = columns.map((_, index) => chunk.getColumnVector(index) as unknown as { items: Values });
    visit(
      values.map(({ items }) => items),
      chunk.rowCount,
    );
  }
}
