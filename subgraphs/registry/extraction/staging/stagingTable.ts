import type { ColumnDefinition } from '../../columns/tableDefinition.js';
import type { StoredRow } from '../rows/rowReader.js';
import { EncryptedSpill } from './encryptedSpill.js';
import { PartitionedRows, PARTITIONS } from './partitionedRows.js';
import { RepeatedKeys } from './repeatedKeys.js';
import { type Field, RowLayout } from './rowLayout.js';
import { RowSet } from './rowSet.js';
import { sortPartition } from './sortPartition.js';
import { type SortedRows, writeParquet } from './writeParquet.js';

/** A column of the table that is being gathered. */
export interface StagingColumn {
  readonly name: string;
  readonly kind: ColumnDefinition['kind'];
  /** Of a code: the texts by number, complete when the table is written. */
  readonly texts: readonly string[] | undefined;
}

export interface StagingOptions {
  readonly columns: readonly StagingColumn[];
  /** The column of days after which the rows of one person are ordered. */
  readonly order: string;
  /** A column, or the subject, that no two rows may share. */
  readonly unique?: string | undefined;
  /** Keys of persons are below it, or few are above. */
  readonly keys: number;
  /** The file to which rows are spilled, encrypted, when they are many. */
  readonly spill: string;
  /** Smaller blocks spill sooner; see partitionedRows.ts. */
  readonly blockBytes?: number;
}

/**
 * Gathers the linked rows of one table and writes them in the order of subject, then of a column, then of the source: an
 * external sort by ranges of person keys, which are secret and random, so that ranges fill evenly. Memory holds one range
 * at a time, whatever the number of rows (docs/decisions/extraction.md).
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
  private readonly repeated: RepeatedKeys | undefined;
  private readonly aside = new RowSet();
  private count = 0;

  constructor(private readonly options: StagingOptions) {
    const { columns, order, unique, keys, spill, blockBytes } = options;
    this.layout = new RowLayout(columns.map(({ kind }) => kind));
    this.spill = new EncryptedSpill(spill);
    this.rows = new PartitionedRows(this.layout.rowBytes, this.spill, blockBytes);
    this.rowBytes = new Uint8Array(this.layout.rowBytes);
    this.row = new DataView(this.rowBytes.buffer);
    this.keysPerPartition = Math.ceil(keys / PARTITIONS);
    this.order = this.field(order);
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

  /** The rows that were set aside, by their numbers in the source. */
  get setAsideRows(): RowSet {
    return this.aside;
  }

  /** Sets rows aside, so that they are not written; gives the numbers of those that were not set aside before. */
  setAside(rows: RowSet): RowSet {
    const added = new RowSet();
    for (const row of rows) {
      if (this.aside.has(row)) continue;
      this.aside.add(row);
      added.add(row);
    }
    return added;
  }

  /** Sets aside all rows but the first that share what must be unique; gives their numbers in the source. */
  setDuplicatesAside(): RowSet {
    return this.repeated ? this.setAside(this.repeated.find(this.aside)) : new RowSet();
  }

  /**
   * Writes the rows as Parquet; gives how many the file has, as it says itself.
   * @param onWritten told now and then which share of the rows is written; throws to stop
   */
  async write(path: string, onWritten: (share: number) => void = () => undefined): Promise<number> {
    const columns = this.options.columns.map((column, index) => ({
      ...column,
      field: this.layout.columns[index]!,
    }));
    const rows = this.count - this.aside.size;
    return writeParquet(path, this.layout.subject, columns, this.sorted(rows, onWritten));
  }

  /** Removes what was spilled. */
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
      yield { view, rows: sortPartition(subjects, days).map((index) => kept[index]!) };
      onWritten((written += kept.length) / rows);
    }
  }

  /** Where the rows begin that were not set aside. */
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
