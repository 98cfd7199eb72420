import { EncryptedSpill } from './encryptedSpill.js';
import { KeyedRows, KeyTable, PARTITIONS } from './partitionedRows.js';

/** Blocks are small, because a table may have several columns that reference records. */
const BLOCK_BYTES = 2 ** 14;

/** A record's key, and the key of the loose form of its id (looseId). */
interface RecordKey {
  readonly exact: bigint;
  readonly loose: bigint;
}

/** The keys of the records of a table, for other tables whose rows reference them. */
export class RecordKeys {
  private readonly spill: EncryptedSpill;
  private readonly exact: KeyedRows;
  private readonly loose: KeyedRows;
  private rejected = new RowSet();

  /** @param spill the file to which keys are spilled, encrypted, when they are many */
  constructor(spill: string) {
    this.spill = new EncryptedSpill(spill);
    this.exact = new KeyedRows(this.spill, BLOCK_BYTES);
    this.loose = new KeyedRows(this.spill, BLOCK_BYTES);
  }

  add({ exact, loose }: RecordKey, sourceRow: number): void {
    this.exact.addKey(exact, sourceRow);
    this.loose.addKey(loose, sourceRow);
  }

  /** Excludes the records of rows that were rejected after they were added. */
  leaveOut(rows: RowSet): void {
    this.rejected = rows;
  }

  /**
   * The rows whose key belongs to no record of `records`, and how many of them reference one by another form
   * of its id.
   */
  findUnknown(records: RecordKeys): { readonly rows: RowSet; readonly otherForm: number } {
    const rows = notIn(this.exact, records.exact, records.rejected);
    if (rows.size === 0) return { rows, otherForm: 0 };
    const inNoForm = notIn(this.loose, records.loose, records.rejected);
    let otherForm = 0;
    for (const row of rows) if (!inNoForm.has(row)) otherForm++;
    return { rows, otherForm };
  }

  /** Removes the spilled file. */
  discard(): void {
    this.spill.remove();
  }
}

/** The rows of `naming` whose key no row of `named` has. Rejected rows do not count. */
function notIn(naming: KeyedRows, named: KeyedRows, rejected: RowSet): RowSet {
  const unknown = new RowSet();
  for (let number = 0; number < PARTITIONS; number++) {
    const wanted = naming.partition(number);
    if (wanted.size === 0) continue;
    const there = named.partition(number);
    const known = new KeyTable(there.size);
    there.forEach((low, high, row) => {
      if (!rejected.has(row)) known.add(low, high);
    });
    wanted.forEach((low, high, row) => {
      if (!known.has(low, high)) unknown.add(row);
    });
  }
  return unknown;
}

/** A set of row numbers: a bit for each row of a file. */
export class RowSet {
  private bits = new Uint8Array(1024);
  size = 0;

  add(row: number): void {
    if (this.has(row)) return;
    const byte = row >>> 3;
    if (byte >= this.bits.length) {
      const larger = new Uint8Array(2 * (byte + 1));
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[byte]! |= 1 << (row & 7);
    this.size++;
  }

  has(row: number): boolean {
    return ((this.bits[row >>> 3] ?? 0) & (1 << (row & 7))) !== 0;
  }

  /** The rows, in order. */
  *[Symbol.iterator](): Iterator<number> {
    for (let byte = 0; byte < this.bits.length; byte++) {
      if (this.bits[byte] === 0) continue;
      for (let row = 8 * byte; row < 8 * (byte + 1); row++) if (this.has(row)) yield row;
    }
  }
}
