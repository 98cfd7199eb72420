/** The largest prime below 2^16, so that a sketch is 16-bit numbers and a product is exact. */
const PRIME = 65_521;
const INVERSE = 1 / PRIME;

/**
 * How far two sets are apart, told from a few numbers of each, never from the sets.
 *
 * The sketch of a set is its power sums s_k = sum of x^k (k = 0 .. 2r-2) over a prime field, where x is the member's record key modulo
 * the prime. It is linear: of disjoint sets it is the sum. The difference of two sketches is the sequence of sums of c_i x_i^k with c_i = 1 for
 * who is in the first set only and -1 for who is in the second only; the shortest linear recurrence of such a sequence is as
 * long as it has terms (de Prony 1795), and Berlekamp and Massey find it. Sets that differ by d < r members are never taken for sets
 * that differ by more; the other way round it happens to one pair in some thousands.
 */
export type SetSketch = Uint16Array;

/** Length of a sketch that tells distances below a radius. */
export function sketchLength(radius: number): number {
  return 2 * radius - 1;
}

/** The sketches of many disjoint sets while members are added. */
export class SetSketches {
  /** Sums before reduction: those of 2^37 members would still be exact. */
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
      // Where rounding leaves the prime itself instead of 0, it is a residue like others until the sum is reduced.
      const product = power * x;
      power = product - Math.floor(product * INVERSE) * PRIME;
    }
  }

  /** Adds the members of one set to another that has none of them. */
  addSet(set: number, other: number): void {
    const { length, sums } = this;
    for (let k = 0; k < length; k++) sums[set * length + k]! += sums[other * length + k]!;
  }

  at(set: number): SetSketch {
    return Uint16Array.from(
      this.sums.subarray(set * this.length, (set + 1) * this.length),
      (sum) => sum % PRIME,
    );
  }
}

/**
 * In how many members two sets differ, Infinity where not fewer than the radius. Of sketches for different radii the smaller one
 * counts.
 */
export function distance(a: SetSketch, b: SetSketch): number {
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

/** The length of the shortest linear recurrence of a sequence (Massey 1969, "Shift-register synthesis and BCH decoding"). */
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

/** Modulo the prime, of a whole number below 2^53. */
function reduce(value: number): number {
  const remainder = value - Math.floor(value * INVERSE) * PRIME;
  if (remainder < 0) return remainder + PRIME;
  return remainder >= PRIME ? remainder - PRIME : remainder;
}

/** 1/a of every residue a, from those of smaller ones. */
const inverses = new Uint16Array(PRIME).fill(1, 0, 2);
for (let a = 2; a < PRIME; a++) inverses[a] = PRIME - reduce(Math.floor(PRIME / a) * inverses[PRIME % a]!);
