import type { EncryptedSpill } from './encryptedSpill.js';
import { KeyedRows } from './keyedRows.js';
import { KeyTable } from './keyTable.js';
import { PARTITIONS } from './partitionedRows.js';
import { RowSet } from './rowSet.js';

/** Finds the rows whose key stands in an earlier row. */
export class RepeatedKeys {
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
   * @param except rows that do not count
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
