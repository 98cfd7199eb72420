import type { EncryptedSpill, SpilledBlock } from './encryptedSpill.js';

/** So many that a city's largest table gives partitions of some ten megabytes, and a country's of some hundred. */
export const PARTITIONS = 256;

/** What a partition gathers in memory before it is spilled; all of them together take 16 MiB. */
const BLOCK_BYTES = 2 ** 16;

/** Rows of a fixed width in partitions. What fills a block is spilled, so that memory does not grow with the rows. */
export class PartitionedRows {
  private readonly blockBytes: number;
  /** A block for each partition that has rows; most tables of a small city have few. */
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

  /** The rows of a partition, one after the other as they were appended. */
  read(partition: number): Buffer {
    const inMemory = this.blocks[partition]?.subarray(0, this.filled[partition]!) ?? Buffer.alloc(0);
    return Buffer.concat([...this.spilled[partition]!.map((block) => this.spill.read(block)), inMemory]);
  }
}
