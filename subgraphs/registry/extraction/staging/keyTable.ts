/** A set of 64-bit keys in memory: a hash table with open addressing. */
export class KeyTable {
  private readonly bits: number;
  private readonly lows: Uint32Array;
  private readonly highs: Uint32Array;
  private readonly filled: Uint8Array;

  /** @param keys that will be added, at most */
  constructor(keys: number) {
    this.bits = Math.ceil(Math.log2(Math.max(2, 2 * keys)));
    this.lows = new Uint32Array(2 ** this.bits);
    this.highs = new Uint32Array(2 ** this.bits);
    this.filled = new Uint8Array(2 ** this.bits);
  }

  /** Whether the key was not there before. */
  add(low: number, high: number): boolean {
    const slot = this.slotOf(low, high);
    if (this.filled[slot] === 1) return false;
    this.lows[slot] = low;
    this.highs[slot] = high;
    this.filled[slot] = 1;
    return true;
  }

  has(low: number, high: number): boolean {
    return this.filled[this.slotOf(low, high)] === 1;
  }

  /** Where a key stands, or would stand. */
  private slotOf(low: number, high: number): number {
    // Multiplicative hashing (Knuth, TAOCP 6.4): record keys are random already, keys of persons are not.
    let slot = Math.imul(low ^ high, 0x9e3779b1) >>> (32 - this.bits);
    while (this.filled[slot] === 1 && !(this.lows[slot] === low && this.highs[slot] === high))
      slot = (slot + 1) % this.filled.length;
    return slot;
  }
}
