import type { EncryptedSpill } from './encryptedSpill.js';
import { PartitionedRows, PARTITIONS } from './partitionedRows.js';
import { RowSet } from './rowSet.js';

/** A key in 64 bits, then the number of its row in the source. */
const ENTRY_BYTES = 12;
const WORDS = ENTRY_BYTES / 4;

/**
 * Finds the rows whose key stands in an earlier row. Equal keys fall into one partition, so that one partition at a time
 * is held in memory, however many rows there are.
 */
export class RepeatedKeys {
  private readonly entries: PartitionedRows;
  private readonly entry = new Uint32Array(WORDS);
  private readonly entryBytes = new Uint8Array(this.entry.buffer);

  constructor(spill: EncryptedSpill, blockBytes?: number) {
    this.entries = new PartitionedRows(ENTRY_BYTES, spill, blockBytes);
  }

  /** Rows come in the order of the source. */
  add(low: number, high: number, sourceRow: number): void {
    this.entry[0] = low;
    this.entry[1] = high;
    this.entry[2] = sourceRow;
    this.entries.append(low % PARTITIONS, this.entryBytes);
  }

  /** All rows but the first of each key. */
  find(): RowSet {
    const repeated = new RowSet();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      markRepeated(wordsOf(this.entries.read(partition)), repeated);
    }
    return repeated;
  }
}

function wordsOf(bytes: Buffer): Uint32Array {
  const words = new Uint32Array(bytes.length / 4);
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

/** A hash table with open addressing; a slot holds where an entry begins, plus one. */
function markRepeated(words: Uint32Array, repeated: RowSet): void {
  const bits = Math.ceil(Math.log2(Math.max(2, (2 * words.length) / WORDS)));
  const slots = new Uint32Array(2 ** bits);
  for (let at = 0; at < words.length; at += WORDS) {
    const [low, high] = [words[at]!, words[at + 1]!];
    // Multiplicative hashing (Knuth, TAOCP 6.4): record keys are random already, keys of persons are not.
    let slot = Math.imul(low ^ high, 0x9e3779b1) >>> (32 - bits);
    for (; slots[slot] !== 0; slot = (slot + 1) % slots.length) {
      const other = slots[slot]! - 1;
      if (words[other] === low && words[other + 1] === high) break;
    }
    if (slots[slot] === 0) slots[slot] = at + 1;
    else repeated.add(words[at + 2]!);
  }
}
