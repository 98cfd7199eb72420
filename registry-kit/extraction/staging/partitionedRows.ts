import type { EncryptedSpill, SpilledBlock } from './encryptedSpill.js';

/**
 * The number of partitions. A city's largest table gives partitions of some ten megabytes, a country's of
 * some hundred.
 */
export const PARTITIONS = 256;

/** How much a partition collects in memory before it is spilled. All partitions together take 16 MiB. */
const BLOCK_BYTES = 2 ** 16;

/**
 * Rows of a fixed width in partitions. Full blocks are spilled, so that memory does not grow with the rows.
 */
export class PartitionedRows {
  private readonly blockBytes: number;
  /** A block for each partition that has rows. Most tables of a small city have few. */
  private readonly blocks: Buffer[] = [];
  private readonly filled = new Uint32Array(PARTITIONS);
  private readonly spilled: SpilledBlock[][] = Array.from({ length: PARTITIONS }, () => []);

  /** @param spill may be shared with other rows */
  constructor(
    private readonly rowBytes: number,
    private readonly spill: EncryptedSpill,
    blockBytes: number = BLOCK_BYTES,
  ) {
    this.blockBytes = Math.max(1, Math.floor(blockBytes / rowBytes)) * rowBytes;
  }

  append(partition: number, row: Uint8Array): void {
    const block = (this.blocks[partition] ??= Buffer.allocUnsafeSlow(this.blockBytes));
    block.set(row, this.filled[partition]!);
    this.filled[partition]! += this.rowBytes;
    if (this.filled[partition] === this.blockBytes) {
      this.spilled[partition]!.push(this.spill.write(block));
      this.filled[partition] = 0;
    }
  }

  /** The rows of a partition, in the order in which they were appended. */
  read(partition: number): Buffer {
    const inMemory = this.blocks[partition]?.subarray(0, this.filled[partition]!) ?? Buffer.alloc(0);
    return Buffer.concat([...this.spilled[partition]!.map((block) => this.spill.read(block)), inMemory]);
  }
}

/** A key in 64 bits, then the number of its row in the source. */
const ENTRY_BYTES = 12;
const WORDS = ENTRY_BYTES / 4;

/** The keys of many rows. Equal keys are in one partition, so that one partition at a time is in memory. */
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
class KeyedPartition {
  constructor(private readonly words: Uint32Array) {}

  get size(): number {
    return this.words.length / WORDS;
  }

  forEach(visit: (low: number, high: number, sourceRow: number) => void): void {
    const { words } = this;
    for (let at = 0; at < words.length; at += WORDS) visit(words[at]!, words[at + 1]!, words[at + 2]!);
  }
}

/** 64-bit keys in memory, each with a mark from 1 to 255: a hash table with open addressing. */
export class KeyTable {
  private readonly bits: number;
  private readonly lows: Uint32Array;
  private readonly highs: Uint32Array;
  private readonly marks: Uint8Array;

  /**
   * @param keys that will be added, at most
   * @param load how full the table may become
   */
  constructor(keys: number, load = 0.5) {
    this.bits = Math.ceil(Math.log2(Math.max(2, keys / load)));
    this.lows = new Uint32Array(2 ** this.bits);
    this.highs = new Uint32Array(2 ** this.bits);
    this.marks = new Uint8Array(2 ** this.bits);
  }

  /** Whether the key was not there before. */
  add(low: number, high: number): boolean {
    return this.mark(low, high, 1) === 0;
  }

  has(low: number, high: number): boolean {
    return this.markOf(low, high) !== 0;
  }

  /** 0 for a key that is not there. */
  markOf(low: number, high: number): number {
    return this.marks[this.slotOf(low, high)]!;
  }

  /** Adds or marks a key; returns its former mark. */
  mark(low: number, high: number, mark: number): number {
    const slot = this.slotOf(low, high);
    const before = this.marks[slot]!;
    this.lows[slot] = low;
    this.highs[slot] = high;
    this.marks[slot] = mark;
    return before;
  }

  /** The slot of a key, or the free slot where it belongs. */
  private slotOf(low: number, high: number): number {
    // Multiplicative hashing (Knuth, TAOCP 6.4): record keys are random already, keys of persons are not.
    let slot = Math.imul(low ^ high, 0x9e3779b1) >>> (32 - this.bits);
    while (this.marks[slot] !== 0 && !(this.lows[slot] === low && this.highs[slot] === high))
      slot = (slot + 1) % this.marks.length;
    return slot;
  }
}
