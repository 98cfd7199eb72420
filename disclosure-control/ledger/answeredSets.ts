import type { DisclosureParameters } from '../../policies/engine/disclosureParameters.js';
import type { CellNoise } from '../cellNoise.js';
import type { CellSummary } from '../groupQuestion.js';
import { distance } from '../pinSketch.js';

const PAGE_WORDS = 2 ** 18;

/** Sketches must find distances below it, so that noise hides no set that is too near. */
export function radiusOf({ minimum, noise }: DisclosureParameters): number {
  return minimum + 2 * noise.maximum;
}

/** The set whose count is published, and whether it is the requested set, answered for the first time. */
export interface Representative {
  readonly set: CellSummary;
  readonly new: boolean;
}

/**
 * The sets that have been answered, in the order of their first answers. Only sketches are stored, no
 * members.
 */
export class AnsweredSets {
  readonly #index = new SimilarSets();
  /** Pages of packed sets, and the offset in words of each set over all pages. */
  readonly #pages: Uint32Array[] = [];
  readonly #places: number[] = [];
  #free = 0;

  constructor(private readonly noise: CellNoise) {}

  /**
   * Returns the representative of a set: the first answered set that differs by less than the minimum. If
   * there is none, the set itself becomes an answered one.
   *
   * As with counts, the comparison uses the distance with noise, against a threshold raised by the largest
   * noise. No set within the minimum is missed. Without noise, a caller could add seven people they know
   * and an eighth person, and read from the answer whether the eighth is in the set. The noise is a function
   * of the two sets and the first match wins, so the same set always gets the same answer.
   */
  representativeOf(cell: CellSummary, parameters: DisclosureParameters): Representative {
    if (cell.count === 0) return { set: cell, new: false };
    const { minimum, noise } = parameters;
    const radius = radiusOf(parameters);
    for (const candidate of this.#index.candidates(cell, radius)) {
      const set = this.#at(candidate);
      if (Math.abs(set.count - cell.count) >= radius || leastDistance(set, cell) >= radius) continue;
      const apart = distance(set.sketch, cell.sketch);
      if (apart + this.noise.ofDistance(set, cell, noise) < minimum + noise.maximum)
        return { set, new: false };
    }
    this.add(packCell(cell));
    return { set: cell, new: true };
  }

  /** @param packed as `packCell` returns it */
  add(packed: Uint32Array): void {
    const end = this.#pages.length * PAGE_WORDS;
    if (this.#free + packed.length > end) {
      this.#pages.push(new Uint32Array(PAGE_WORDS));
      this.#free = end;
    }
    this.#pages.at(-1)!.set(packed, this.#free % PAGE_WORDS);
    this.#index.add(this.#places.length, unpackCell(packed));
    this.#places.push(this.#free);
    this.#free += packed.length;
  }

  /** Adds sets that are packed one after the other. */
  addAll(words: Uint32Array): void {
    for (let offset = 0; offset < words.length;) {
      const length = packedLength(words, offset);
      this.add(words.subarray(offset, offset + length));
      offset += length;
    }
  }

  #at(index: number): CellSummary {
    const place = this.#places[index]!;
    return unpackCell(this.#pages[Math.floor(place / PAGE_WORDS)]!, place % PAGE_WORDS);
  }
}

/**
 * A lower bound on the number of members by which two sets differ, from their smallest record keys. It avoids
 * most comparisons of sketches.
 */
function leastDistance(a: CellSummary, b: CellSummary): number {
  let apart = 0;
  let [i, j] = [0, 0];
  while (i < a.smallest.length && j < b.smallest.length) {
    const [x, y] = [a.smallest[i]!, b.smallest[j]!];
    if (x !== y) apart++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  // Keys after the last member of the other set are in this set only.
  if (j === b.count) apart += a.smallest.length - i;
  if (i === a.count) apart += b.smallest.length - j;
  return apart;
}

/** Counts share a bucket in runs of this length, because near sets have near counts. */
const COUNTS_A_BUCKET = 16;

/**
 * Finds the sets that may differ from a given set by fewer members than a radius. It misses none.
 *
 * It uses prefix filtering (Chaudhuri, Ganti & Kaushik 2006). Take any fixed order of all members. The first
 * `radius` members of two near sets have one in common. Otherwise all prefix members of the set whose prefix
 * ends first would be missing from the other set. The order is that of record keys, which no caller knows. A
 * set smaller than the radius contributes all its members. Two such sets without a common member are both too
 * small to be published.
 */
export class SimilarSets {
  /** Posting lists by hash; each entry is the number of its last posting + 1. */
  #heads = new Uint32Array(1 << 12);
  #next = new Uint32Array(1 << 12);
  #sets = new Uint32Array(1 << 12);
  #hashes = new Uint32Array(1 << 12);
  #postings = 0;

  add(set: number, { smallest, count }: CellSummary): void {
    for (const recordKey of smallest) this.#post(hash(recordKey, bucketOf(count)), set);
  }

  /** In the order in which they were added. */
  candidates({ smallest, count }: CellSummary, radius: number): number[] {
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

/** Record keys are random already. The bucket only keeps sets of different counts out of the same lists. */
function hash(recordKey: number, bucket: number): number {
  return (recordKey ^ Math.imul(bucket + 1, 0x9e37_79b1)) >>> 0;
}

const FIGURES = 6;

/** A set as the ledger stores it, in 32-bit words: the lengths of its lists, its figures, then the lists. */
export function packCell(cell: CellSummary): Uint32Array {
  const { sketch, smallest, count, recordKeySum, families, largestFamily } = cell;
  const smallestFrom = FIGURES + wordsOf(sketch.length);
  const words = new Uint32Array(smallestFrom + smallest.length);
  words.set([sketch.length, smallest.length, count, recordKeySum, families, largestFamily]);
  new Uint16Array(words.buffer, FIGURES * 4).set(sketch);
  words.set(smallest, smallestFrom);
  return words;
}

/** Reads the set at an offset; the lists are views of the words. */
function unpackCell(words: Uint32Array, offset = 0): CellSummary {
  const sketchFrom = offset + FIGURES;
  const smallestFrom = sketchFrom + wordsOf(words[offset]!);
  return {
    count: words[offset + 2]!,
    recordKeySum: words[offset + 3]!,
    families: words[offset + 4]!,
    largestFamily: words[offset + 5]!,
    sketch: new Uint16Array(words.buffer, words.byteOffset + sketchFrom * 4, words[offset]!),
    smallest: words.subarray(smallestFrom, smallestFrom + words[offset + 1]!),
  };
}

/** The number of words of a packed set. */
function packedLength(words: Uint32Array, offset: number): number {
  return FIGURES + wordsOf(words[offset]!) + words[offset + 1]!;
}

/** Whether the words are packed sets, one after the other, and nothing else. */
export function arePacked(words: Uint32Array): boolean {
  let offset = 0;
  while (offset + FIGURES <= words.length) offset += packedLength(words, offset);
  return offset === words.length;
}

function wordsOf(halfWords: number): number {
  return Math.ceil(halfWords / 2);
}
