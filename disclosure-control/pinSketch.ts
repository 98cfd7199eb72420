/** The largest prime below 2^16. Sketch values then have 16 bits, and products are exact. */
const PRIME = 65_521;
const INVERSE = 1 / PRIME;

/**
 * Estimates how far two sets are apart from a few numbers of each, without their members.
 *
 * This is a PinSketch (Dodis, Ostrovsky, Reyzin & Smith 2008, "Fuzzy extractors", section 6): the syndromes
 * of a BCH code, here over a prime field instead of GF(2^b). A well-known implementation is minisketch,
 * https://github.com/sipa/minisketch. The sketch of a set is its power sums s_k = sum of x^k (k = 0 .. 2r-2),
 * where x is the member's record key modulo the prime. It is linear: the sketch of a disjoint union is the
 * sum of sketches.
 *
 * The difference of two sketches is the sequence of sums of c_i x_i^k. c_i is 1 for members of the first set
 * only, and -1 for members of the second only. The shortest linear recurrence of such a sequence has as many
 * terms as the sets differ by (de Prony 1795), and the Berlekamp-Massey algorithm finds it. If sets differ by
 * d < r members, the distance is never reported as larger than d. The opposite error is rare: record keys may
 * collide modulo the prime, or a larger difference may look like a small one. It then happens to one pair in
 * some thousands.
 */
export type PinSketch = Uint16Array;

/** The length of a sketch that finds distances below a radius. */
export function sketchLength(radius: number): number {
  return 2 * radius - 1;
}

/** The sketches of many disjoint sets while members are added. */
export class PinSketches {
  /** Sums before reduction. They stay exact for up to 2^37 members. */
  private readonly sums: Float64Array;
  private readonly length: number;

  constructor(sets: number, radius: number) {
    this.length = sketchLength(radius);
    this.sums = new Float64Array(sets * this.length);
  }

  add(set: number, recordKey: number): void {
    const { sums } = this;
    const x = recordKey % PRIME;
    const end = (set + 1) * this.length;
    let power = 1;
    for (let k = end - this.length; k < end; k++) {
      sums[k] = sums[k]! + power;
      // Rounding may leave the prime itself instead of 0. It is a valid residue until the sum is reduced.
      const product = power * x;
      power = product - Math.floor(product * INVERSE) * PRIME;
    }
  }

  /** Adds the members of one set to another, disjoint set. */
  addSet(set: number, other: number): void {
    const { length, sums } = this;
    for (let k = 0; k < length; k++) sums[set * length + k]! += sums[other * length + k]!;
  }

  at(set: number): PinSketch {
    return Uint16Array.from(
      this.sums.subarray(set * this.length, (set + 1) * this.length),
      (sum) => sum % PRIME,
    );
  }
}

/**
 * Returns the number of members by which two sets differ, or Infinity if it is not below the radius. For
 * sketches of different radii the smaller radius applies.
 */
export function distance(a: PinSketch, b: PinSketch): number {
  const length = Math.min(a.length, b.length);
  const sequence = new Float64Array(length);
  let same = true;
  for (let k = 0; k < length; k++) {
    const difference = a[k]! - b[k]!;
    if (difference !== 0) same = false;
    sequence[k] = difference < 0 ? difference + PRIME : difference;
  }
  if (same) return 0;
  const apart = linearComplexity(sequence);
  return sketchLength(apart) < length ? apart : Infinity;
}

/**
 * The length of the shortest linear recurrence of a sequence (Massey 1969, "Shift-register synthesis and BCH
 * decoding").
 */
function linearComplexity(sequence: Float64Array): number {
  const { length } = sequence;
  const connection = new Float64Array(length + 1);
  let previous = new Float64Array(length + 1);
  connection[0] = previous[0] = 1;
  let [complexity, previousComplexity] = [0, 0];
  let shift = 1;
  let previousDiscrepancy = 1;
  for (let n = 0; n < length; n++, shift++) {
    let discrepancy = sequence[n]!;
    // At most `length` products of 2^32 each: exact.
    for (let i = 1; i <= complexity; i++) discrepancy += connection[i]! * sequence[n - i]!;
    discrepancy = reduce(discrepancy);
    if (discrepancy === 0) continue;
    const before = 2 * complexity <= n ? connection.slice() : undefined;
    const factor = PRIME - reduce(discrepancy * inverses[previousDiscrepancy]!);
    for (let i = 0; i <= previousComplexity; i++)
      connection[i + shift] = reduce(connection[i + shift]! + factor * previous[i]!);
    if (!before) continue;
    previous = before;
    previousComplexity = complexity;
    previousDiscrepancy = discrepancy;
    complexity = n + 1 - complexity;
    shift = 0;
  }
  return complexity;
}

/** Reduces a whole number below 2^53 modulo the prime. */
function reduce(value: number): number {
  const remainder = value - Math.floor(value * INVERSE) * PRIME;
  if (remainder < 0) return remainder + PRIME;
  return remainder >= PRIME ? remainder - PRIME : remainder;
}

/** 1/a for every residue a, computed from the inverses of smaller residues. */
const inverses = new Uint16Array(PRIME).fill(1, 0, 2);
for (let a = 2; a < PRIME; a++) inverses[a] = PRIME - reduce(Math.floor(PRIME / a) * inverses[PRIME % a]!);
