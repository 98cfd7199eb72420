import { type DuckDBDataChunk, DuckDBTableFunction } from '@duckdb/node-api';
import { parquetFooter, sqlName, sqlText, withMemoryDatabase } from '../../../lib/duckdb.js';
import { NO_DAY } from '../../columns/table.js';
import type { ColumnDefinition } from '../../columns/tableDefinition.js';
import type { StoredRow } from '../rows/sourceRowReader.js';
import { EncryptedSpill } from './encryptedSpill.js';
import { KeyedRows, KeyTable, PartitionedRows, PARTITIONS } from './partitionedRows.js';
import { RowSet } from './recordKeys.js';
import { type Field, RowLayout } from './rowLayout.js';

/** A column of the table that is being collected. */
interface StagingColumn {
  readonly name: string;
  readonly kind: ColumnDefinition['kind'];
  /** The texts of a column of codes by number, complete when the table is written. */
  readonly texts: readonly string[] | undefined;
}

interface StagingOptions {
  readonly columns: readonly StagingColumn[];
  /** The column of days by which the rows of one person are sorted. */
  readonly order: string;
  /** A column, or the subject, that no two rows may share. */
  readonly unique?: string | undefined;
  /**
   * The column of records that orders rows with equal subject and order; undefined: they stay in the order of
   * the source.
   */
  readonly ties?: string | undefined;
  /** The bound of person keys; a few may be above. */
  readonly keys: number;
  /** The file to which rows are spilled, encrypted, when they are many. */
  readonly spill: string;
  /** Smaller blocks spill sooner; see partitionedRows.ts. */
  readonly blockBytes?: number;
}

/**
 * Collects the linked rows of one table and writes them sorted by subject, then by a column, then by their
 * ids or in the order of the source. This is an external sort by ranges of person keys. The keys are secret
 * and random, so ranges fill evenly. Memory holds one range at a time, whatever the number of rows
 * (docs/decisions/extraction.md).
 */
export class StagingTable {
  private readonly layout: RowLayout;
  private readonly spill: EncryptedSpill;
  private readonly rows: PartitionedRows;
  private readonly row: DataView;
  private readonly rowBytes: Uint8Array;
  private readonly keysPerPartition: number;
  private readonly order: Field;
  private readonly unique: Field | undefined;
  private readonly ties: Field | undefined;
  private readonly repeated: RepeatedKeys | undefined;
  private readonly aside = new RowSet();
  private count = 0;

  constructor(private readonly options: StagingOptions) {
    const { columns, order, unique, ties, keys, spill, blockBytes } = options;
    this.layout = new RowLayout(columns.map(({ kind }) => kind));
    this.spill = new EncryptedSpill(spill);
    this.rows = new PartitionedRows(this.layout.rowBytes, this.spill, blockBytes);
    this.rowBytes = new Uint8Array(this.layout.rowBytes);
    this.row = new DataView(this.rowBytes.buffer);
    this.keysPerPartition = Math.ceil(keys / PARTITIONS);
    this.order = this.field(order);
    this.ties = ties === undefined ? undefined : this.field(ties);
    if (unique === undefined) return;
    this.unique = unique === 'subject' ? this.layout.subject : this.field(unique);
    this.repeated = new RepeatedKeys(this.spill, blockBytes);
  }

  /** Rows come in the order of the source. */
  append(row: StoredRow, sourceRow: number): void {
    this.layout.write(this.row, row, sourceRow);
    const range = Math.floor((row[0] as number) / this.keysPerPartition);
    this.rows.append(Math.min(range, PARTITIONS - 1), this.rowBytes);
    this.count++;
    if (!this.unique) return;
    const { offset, bytes } = this.unique;
    const high = bytes === 8 ? this.row.getUint32(offset + 4, true) : 0;
    this.repeated!.add(this.row.getUint32(offset, true), high, sourceRow);
  }

  /** The excluded rows, by their numbers in the source. */
  get setAsideRows(): RowSet {
    return this.aside;
  }

  /** Excludes rows from writing; returns the rows that were not excluded before. */
  setAside(rows: RowSet): RowSet {
    const added = new RowSet();
    for (const row of rows) {
      if (this.aside.has(row)) continue;
      this.aside.add(row);
      added.add(row);
    }
    return added;
  }

  /** Excludes all rows but the first that share a unique value; returns their numbers in the source. */
  setDuplicatesAside(): RowSet {
    return this.repeated ? this.setAside(this.repeated.find(this.aside)) : new RowSet();
  }

  /**
   * Writes the rows as Parquet; returns the number of rows by the metadata of the file.
   * @param onWritten receives the written share of the rows; throws to stop
   */
  async write(path: string, onWritten: (share: number) => void = () => undefined): Promise<number> {
    const columns = this.options.columns.map((column, index) => ({
      ...column,
      field: this.layout.columns[index]!,
    }));
    const rows = this.count - this.aside.size;
    return writeParquet(path, this.layout.subject, columns, this.sorted(rows, onWritten));
  }

  /** Removes the spilled file. */
  discard(): void {
    this.spill.remove();
  }

  private *sorted(rows: number, onWritten: (share: number) => void): Generator<SortedRows> {
    let written = 0;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const bytes = this.rows.read(partition);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const kept = this.keptRows(view);
      if (kept.length === 0) continue;
      const subjects = kept.map((at) => view.getUint32(at + this.layout.subject.offset, true));
      const days = Int32Array.from(kept, (at) => view.getInt32(at + this.order.offset, true));
      const sorted = sortPartition(subjects, days);
      if (this.ties)
        sortTies(sorted, subjects, days, (row) => this.ties!.read(view, kept[row]! + this.ties!.offset));
      yield { view, rows: sorted.map((index) => kept[index]!) };
      onWritten((written += kept.length) / rows);
    }
  }

  /** The offsets of the rows that are not excluded. */
  private keptRows(view: DataView): Uint32Array {
    const { rowBytes, sourceRow } = this.layout;
    const starts = Uint32Array.from({ length: view.byteLength / rowBytes }, (_, index) => index * rowBytes);
    if (this.aside.size === 0) return starts;
    return starts.filter((at) => !this.aside.has(view.getUint32(at + sourceRow.offset, true)));
  }

  private field(name: string): Field {
    return this.layout.columns[this.options.columns.findIndex((column) => column.name === name)]!;
  }
}

/** The number of rows that DuckDB consumes at a time. */
const CHUNK_ROWS = 2048;

/** Some rows in writing order: their offsets in a view. */
interface SortedRows {
  readonly view: DataView;
  readonly rows: Uint32Array;
}

type WrittenColumn = StagingColumn & { readonly field: Field };

/**
 * Writes sorted rows as a Parquet file. DuckDB pulls them while it writes, so that only a few are in memory.
 * @returns the number of rows in the file, by its metadata
 */
async function writeParquet(
  path: string,
  subject: Field,
  columns: readonly WrittenColumn[],
  sorted: Iterator<SortedRows>,
): Promise<number> {
  const chunks = chunksOf(sorted);
  const fields = [subject, ...columns.map(({ field }) => field)];
  let failure: { readonly cause: unknown } | undefined;
  const rows = DuckDBTableFunction.create({
    name: 'sorted_rows',
    bindFunction: (bind) => {
      fields.forEach(({ type }, index) => bind.addResultColumn(`c${index}`, type));
    },
    initFunction: (init) => {
      // Several threads would not preserve the order.
      init.setMaxThreads(1);
      init.setInitData({});
    },
    mainFunction: (info, output) => {
      try {
        const next = chunks.next();
        if (next.done) output.rowCount = 0;
        else fillChunk(output, next.value, fields);
      } catch (cause) {
        failure = { cause };
        info.setError('The rows could not be read.');
      }
    },
  });
  const selected = columns.map(
    (column, index) => `${stored(column, `c${index + 1}`)} AS ${sqlName(column.name)}`,
  );
  try {
    return await withMemoryDatabase(async (connection) => {
      connection.registerTableFunction(rows);
      await connection.run(
        `COPY (SELECT ${['c0 AS subject', ...selected].join(', ')} FROM sorted_rows())
         TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      const written = await connection.runAndReadAll(`SELECT num_rows::DOUBLE FROM ${parquetFooter(path)}`);
      return written.getRows()[0]![0] as number;
    });
  } catch (cause) {
    throw failure ? failure.cause : cause;
  } finally {
    rows.destroySync();
  }
}

function* chunksOf(sorted: Iterator<SortedRows>): Generator<SortedRows> {
  for (let next = sorted.next(); !next.done; next = sorted.next()) {
    const { view, rows } = next.value;
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      yield { view, rows: rows.subarray(from, from + CHUNK_ROWS) };
    }
  }
}

function fillChunk(output: DuckDBDataChunk, { view, rows }: SortedRows, fields: readonly Field[]): void {
  output.rowCount = rows.length;
  fields.forEach(({ offset, read }, index) => {
    const vector = output.getColumnVector(index);
    for (let row = 0; row < rows.length; row++) vector.setItem(row, read(view, rows[row]! + offset));
    vector.flush();
  });
}

/** How a column is stored: days as dates, codes as texts. */
function stored({ kind, texts, field }: WrittenColumn, column: string): string {
  const nothing = kind === 'number' ? `'NaN'::DOUBLE` : `(${field.nothing})`;
  const value = `nullif(${column}, ${nothing}::${field.type.toString()})`;
  if (kind === 'day') return `(DATE '1970-01-01' + ${value})`;
  if (kind !== 'code') return value;
  if (!texts || texts.length === 0) return 'NULL::VARCHAR';
  return `([${texts.map(sqlText).join(', ')}])[${value} + 1]`;
}

/** Finds the rows whose key occurs in an earlier row. */
class RepeatedKeys {
  private readonly keys: KeyedRows;

  constructor(spill: EncryptedSpill, blockBytes?: number) {
    this.keys = new KeyedRows(spill, blockBytes);
  }

  /** Rows come in the order of the source. */
  add(low: number, high: number, sourceRow: number): void {
    this.keys.add(low, high, sourceRow);
  }

  /**
   * All rows but the first of each key.
   * @param except rows that are ignored
   */
  find(except: RowSet): RowSet {
    const repeated = new RowSet();
    for (let number = 0; number < PARTITIONS; number++) {
      const partition = this.keys.partition(number);
      const seen = new KeyTable(partition.size);
      partition.forEach((low, high, row) => {
        if (!except.has(row) && !seen.add(low, high)) repeated.add(row);
      });
    }
    return repeated;
  }
}

/**
 * The rows of a partition sorted by subject, then by day, then in order of arrival. Rows without a day come
 * last. Two counting sorts are used, because the keys of one partition and the days of a register lie close
 * together.
 */
function sortPartition(subjects: Uint32Array, days: Int32Array): Uint32Array {
  const [firstDay, lastDay] = rangeOf(days.filter((day) => day !== NO_DAY));
  const [firstSubject, lastSubject] = rangeOf(subjects);
  const asTheyCame = Uint32Array.from(subjects, (_, row) => row);
  const byDay = countingSort(asTheyCame, lastDay - firstDay + 2, (row) =>
    days[row] === NO_DAY ? lastDay - firstDay + 1 : days[row]! - firstDay,
  );
  return countingSort(byDay, lastSubject - firstSubject + 1, (row) => subjects[row]! - firstSubject);
}

/** Sorts the rows of one subject and day by a third value. */
function sortTies(
  sorted: Uint32Array,
  subjects: Uint32Array,
  days: Int32Array,
  valueOf: (row: number) => number | bigint,
): void {
  for (let from = 0, to; from < sorted.length; from = to) {
    const [subject, day] = [subjects[sorted[from]!], days[sorted[from]!]];
    for (to = from + 1; to < sorted.length; to++)
      if (subjects[sorted[to]!] !== subject || days[sorted[to]!] !== day) break;
    if (to - from > 1) sorted.subarray(from, to).sort((a, b) => (valueOf(a) < valueOf(b) ? -1 : 1));
  }
}

/** Sorts rows by a key from 0 to below `keys`; the sort is stable. */
function countingSort(rows: Uint32Array, keys: number, keyOf: (row: number) => number): Uint32Array {
  const places = new Uint32Array(keys + 1);
  for (let index = 0; index < rows.length; index++) places[keyOf(rows[index]!) + 1]!++;
  for (let key = 1; key <= keys; key++) places[key]! += places[key - 1]!;
  const sorted = new Uint32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    sorted[places[keyOf(row)]!++] = row;
  }
  return sorted;
}

function rangeOf(values: Uint32Array | Int32Array): readonly [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < first) first = value;
    if (value > last) last = value;
  }
  return first <= last ? [first, last] : [0, 0];
}
