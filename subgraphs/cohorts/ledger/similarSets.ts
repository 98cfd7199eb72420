import type { GroupCell } from '../disclosure/groupCell.js';

/** Counts are put together so many at a time: sets that are near have counts that are. */
const COUNTS_A_BUCKET = 16;

/**
 * Finds sets that may differ from a given one by fewer members than a radius, and none that do is overlooked.
 *
 * Of two such sets, in any fixed order of all members, the first `radius` members of one and those of the other have one in common (prefix
 * filtering: Chaudhuri, Ganti & Kaushik 2006): were they apart, all of those that end sooner in the order would be missing from the
 * other set. The order is that of record keys, which no asker knows. Sets smaller than the radius bring all their members; of two such sets
 * that have none in common neither can be told.
 */
export class SimilarSets {
  /** Posting lists by hash, each the number of its last posting + 1. */
  #heads = new Uint32Array(1 << 12);
  #next = new Uint32Array(1 << 12);
  #sets = new Uint32Array(1 << 12);
  #hashes = new Uint32Array(1 << 12);
  #postings = 0;

  add(set: number, { smallest, count }: GroupCell): void {
    for (const recordKey of smallest) this.#post(hash(recordKey, bucketOf(count)), set);
  }

  /** In the order in which they were added. */
  candidates({ smallest, count }: GroupCell, radius: number): number[] {
    const found = new Set<number>();
    const last = bucketOf(count + radius - 1);
    for (const recordKey of smallest) {
      for (let bucket = bucketOf(Math.max(0, count - radius + 1)); bucket <= last; bucket++) {
        const wanted = hash(recordKey, bucket);
        let posting = this.#heads[wanted & (this.#heads.length - 1)]!;
        for (; posting > 0; posting = this.#next[posting - 1]!)
          if (this.#hashes[posting - 1] === wanted) found.add(this.#sets[posting - 1]!);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  #post(hash: number, set: number): void {
    if (this.#postings === this.#sets.length) this.#grow();
    this.#hashes[this.#postings] = hash;
    this.#sets[this.#postings] = set;
    this.#link(this.#postings++);
  }

  #link(posting: number): void {
    const head = this.#hashes[posting]! & (this.#heads.length - 1);
    this.#next[posting] = this.#heads[head]!;
    this.#heads[head] = posting + 1;
  }

  #grow(): void {
    const larger = (array: Uint32Array): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(array.length * 2);
      grown.set(array);
      return grown;
    };
    this.#next = larger(this.#next);
    this.#sets = larger(this.#sets);
    this.#hashes = larger(this.#hashes);
    this.#heads = new Uint32Array(this.#heads.length * 2);
    for (let posting = 0; posting < this.#postings; posting++) this.#link(posting);
  }
}

function bucketOf(count: number): number {
  return Math.floor(count / COUNTS_A_BUCKET);
}

/** Record keys are random already; sets of other counts must only not crowd the same lists. */
function hash(recordKey: number, bucket: number): number {
  return (recordKey ^ Math.imul(bucket + 1, 0x9e37_79b1)) >>> 0;
}
