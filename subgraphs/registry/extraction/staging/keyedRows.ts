import type { EncryptedSpill } from './encryptedSpill.js';
import { PartitionedRows, PARTITIONS } from './partitionedRows.js';

/** A key in 64 bits, then the number of its row in the source. */
const ENTRY_BYTES = 12;
const WORDS = ENTRY_BYTES / 4;

/** The keys of many rows. Equal keys fall into one partition, so that one partition at a time is held in memory. */
export class KeyedRows {
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

  addKey(key: bigint, sourceRow: number): void {
    this.add(Number(key & 0xffff_ffffn), Number(key >> 32n), sourceRow);
  }

  partition(number: number): KeyedPartition {
    const bytes = this.entries.read(number);
    const words = new Uint32Array(bytes.length / 4);
    new Uint8Array(words.buffer).set(bytes);
    return new KeyedPartition(words);
  }
}

/** Some keys and their rows. */
export class KeyedPartition {
  constructor(private readonly words: Uint32Array) {}

  get size(): number {
    return this.words.length / WORDS;
  }

  forEach(visit: (low: number, high: number, sourceRow: number) => void): void {
    const { words } = this;
    for (let at = 0; at < words.length; at += WORDS) visit(words[at]!, words[at + 1]!, words[at + 2]!);
  }
}
