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
