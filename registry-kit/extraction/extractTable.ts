import type { TableDefinition } from '../columns/tableDefinition.js';
import type { Balance } from '../snapshot/manifest.js';
import { type Baselines, findChanges, type Increment, readKept } from './increment.js';
import {
  CODE_CHANGES,
  columnsOf,
  type Mapping,
  type TableMapping,
  withTypedDays,
} from './mapping/mapping.js';
import type { ProgressMeter } from './progressMeter.js';
import type { RejectsReport } from './rejectsReport.js';
import type { CellContext } from './rows/cellReader.js';
import type { Reject } from './rows/rejectReason.js';
import { isReject, SourceRowReader } from './rows/sourceRowReader.js';
import type { SourceRows } from './source/source.js';
import { RecordKeys, type RowSet } from './staging/recordKeys.js';
import { StagingTable } from './staging/stagingTable.js';

/** Reads the rows of one table and writes them as a table of the snapshot; returns their balance. */
export async function extractTable(
  table: TableMapping,
  definition: TableDefinition,
  path: string,
  extraction: TableExtraction,
): Promise<Balance> {
  const { mapping, sourceRows, rejects, meter, cells, records, notice } = extraction;
  const { linkage } = cells;
  const rows = sourceRows.get(table.name)!;
  const file = table.source.name;
  const rowReader = new SourceRowReader(withTypedDays(table, rows.typedDays), mapping, {
    ...cells,
    table: table.name,
  });
  meter.begin(table.name, rows.size);
  const increment = await openIncrement(table, rows, extraction);
  const staging = new StagingTable({
    columns: table.columns.map(({ name }, index) => ({
      name,
      kind: definition.columns[name]!.kind,
      texts: rowReader.inputs[index]!.reader.dictionary?.texts,
    })),
    order: definition.order,
    // The ids of an increment have been compared.
    unique: increment ? undefined : table.unique,
    ties: table.watermark && table.unique,
    keys: linkage.personDomain,
    spill: `${path}.spill`,
  });
  const named = namedRecords(table, path);
  const tracked = [...named, ...ownRecords(table, path, records)];
  try {
    const changed = increment ? { ...rows, read: increment.changes.rows } : rows;
    const { read: readNow, leftOut } = await readRows(changed, extraction, (columns, index, number) => {
      const row = rowReader.read(columns, index);
      if (isReject(row)) return row;
      staging.append(row, number);
      for (const { column, keys } of tracked) {
        const exact = row[column + 1];
        if (typeof exact === 'bigint')
          keys.add({ exact, loose: rowReader.looseKey(column, columns, index) }, number);
      }
      return undefined;
    });
    let read = readNow;
    if (increment) {
      await readKept(table, definition, increment, rowReader.inputs, linkage, (row) => {
        staging.append(row, ++read);
        // The other forms of its id are not known; they only make a note more exact.
        for (const { column, keys } of tracked) {
          const exact = row[column + 1];
          if (typeof exact === 'bigint') keys.add({ exact, loose: exact }, read);
        }
      });
    }
    const rejectAll = async (set: RowSet, reject: Reject): Promise<void> => {
      for (const row of set) {
        rejects.add(rows.placeOf(row), reject);
        await rejects.flush();
      }
    };
    const notes = rows
      .unseen()
      .map((column) => `No object of ${file} has a value at "${column}". Is the path right?`);
    for (const { column, keys, of } of named) {
      const columns = columnsOf(table.columns[column]!);
      const unknown = keys.findUnknown(records.get(of)!);
      await rejectAll(staging.setAside(unknown.rows), { reason: 'unknown-record', columns });
      if (unknown.otherForm > 0)
        notes.push(
          `${unknown.otherForm} of the ${unknown.rows.size} rows of ${file} with unknown-record in ` +
            `${columns.join('+')} name a record of ${of} in another form of its id, such as Encounter/1001, 1001.0 or ` +
            '01001 for 1001. Write the ids in one form in both files.',
        );
    }
    await rejectAll(staging.setDuplicatesAside(), duplicateReject(table));
    const source = {
      file,
      table: table.name,
      read,
      protects: definition.protects === true,
      knowsPersons: mapping.knows !== undefined,
    };
    const rejected = rejects.closeFile(source, notes);
    for (const note of notes) notice(note);
    records.get(table.name)?.leaveOut(staging.setAsideRows);
    const written = await staging.write(path, (share) => meter.written(share));
    return { read, rows: written, ...rejected, ...(leftOut > 0 && { leftOut }) };
  } finally {
    staging.discard();
    for (const { keys } of named) keys.discard();
  }
}

/** What changed since the snapshot; undefined: all rows are read. */
async function openIncrement(
  table: TableMapping,
  { changes }: SourceRows,
  { cells, baselines, meter, notice }: TableExtraction,
): Promise<Increment | undefined> {
  const baseline = baselines.get(table.name);
  if (baseline === undefined) return undefined;
  const found =
    typeof baseline === 'string' ? baseline : await findChanges(table, changes!, baseline, cells, meter);
  const name = `${cells.registry}.${table.name}`;
  if (typeof found === 'string') {
    notice(`${name}: all rows are read, because ${found}.`);
    return undefined;
  }
  const { kept, deleted } = found.changes;
  notice(`${name}: ${kept} rows stay as they are, ${deleted} were deleted, and the others are read.`);
  return found;
}

/** A column of records whose keys are collected. */
interface TrackedColumn {
  /** The position in the mapping. */
  readonly column: number;
  readonly keys: RecordKeys;
}

/** The columns that name records of other tables. */
function namedRecords(
  { name, columns }: TableMapping,
  path: string,
): (TrackedColumn & { readonly of: string })[] {
  return columns.flatMap((mapped, column) =>
    mapped.kind === 'record' && mapped.of !== undefined && mapped.of !== name
      ? [{ column, of: mapped.of, keys: new RecordKeys(`${path}.${mapped.name}.spill`) }]
      : [],
  );
}

/** The column whose records other tables name. */
function ownRecords(
  { name, columns, records: own }: TableMapping,
  path: string,
  records: Map<string, RecordKeys>,
): TrackedColumn[] {
  const column = columns.findIndex((mapped) => mapped.name === own);
  if (column === -1) return [];
  const keys = new RecordKeys(`${path}.records.spill`);
  records.set(name, keys);
  return [{ column, keys }];
}

function duplicateReject({ unique, subject, columns }: TableMapping): Reject {
  if (unique === 'subject') return { reason: 'duplicate-subject', columns: [subject.from] };
  const column = columns.find(({ name }) => name === unique);
  return { reason: 'duplicate-id', columns: column ? columnsOf(column) : [] };
}

/** Accepts a row of a batch, or returns why it cannot. */
type AcceptRow = (
  columns: readonly (readonly string[])[],
  index: number,
  number: number,
) => Reject | undefined;

/**
 * Reads a source row by row, counts rejected rows and reports progress.
 * @returns `read`: the number of rows, by the numbers that the reader gave them, so that a lost row is
 * noticed; `leftOut`: how many of them `where` of the mapping leaves out
 */
async function readRows(
  source: SourceRows,
  { rejects, meter }: Pick<TableExtraction, 'rejects' | 'meter'>,
  accept: AcceptRow,
): Promise<{ readonly read: number; readonly leftOut: number }> {
  let [read, leftOut] = [0, 0];
  for await (const batch of source.read()) {
    for (const { row, ...reject } of batch.rejected) {
      read = Math.max(read, row);
      rejects.add(source.placeOf(row), reject);
    }
    for (const row of batch.leftOut ?? []) read = Math.max(read, row);
    leftOut += batch.leftOut?.length ?? 0;
    batch.rowNumbers.forEach((row, index) => {
      read = Math.max(read, row);
      const reject = accept(batch.columns, index, row);
      if (reject !== undefined) rejects.add(source.placeOf(row), reject);
    });
    await rejects.flush();
    meter.read(read, batch.share);
  }
  return { read, leftOut };
}

/** What the tables of one extraction share. */
export interface TableExtraction {
  readonly mapping: Mapping;
  /** The rows of each table, and of `CODE_CHANGES`. */
  readonly sourceRows: ReadonlyMap<string, SourceRows>;
  readonly rejects: RejectsReport;
  readonly meter: ProgressMeter;
  readonly cells: Omit<CellContext, 'table'>;
  /** The records that other tables name, by table. */
  readonly records: Map<string, RecordKeys>;
  readonly baselines: Baselines;
  /** Receives notices that do not stop the extraction. */
  readonly notice: (text: string) => void;
}

/**
 * Assigns old and new codes to one person before anybody is looked up. Registries name people by the codes
 * that were valid when the rows were written. No row may be lost: without the change a person would be two
 * people, and protection of one would not cover the other.
 */
export async function applyCodeChanges(
  changes: NonNullable<Mapping['codeChanges']>,
  extraction: TableExtraction,
): Promise<Balance> {
  const { sourceRows, rejects, meter, cells } = extraction;
  const source = sourceRows.get(CODE_CHANGES)!;
  meter.begin(CODE_CHANGES, source.size);
  const columns = [changes.old, changes.new];
  const file = changes.source.name;
  let rows = 0;
  const { read, leftOut } = await readRows(source, extraction, ([old, current], index) => {
    const linked = cells.linkage.aliasPerson(changes.scheme, old![index]!, current![index]!);
    if (typeof linked === 'string') return { reason: linked, columns };
    rows++;
    return undefined;
  });
  const all = { file, table: CODE_CHANGES, read, protects: true, knowsPersons: true };
  return { read, rows, ...rejects.closeFile(all), ...(leftOut > 0 && { leftOut }) };
}
