/** The largest prime below 2^26, so that a product of two residues is exact in a double. */
const PRIME = 67_108_859;
const INVERSE = 1 / PRIME;

/**
 * How far two sets are apart, told from a few numbers of each, never from the sets.
 *
 * The sketch of a set is its power sums s_k = sum of x^k (k = 0 .. 2r-2) over a prime field, where x is the member's record key.
 * It is linear: of disjoint sets it is the sum. The difference of two sketches is the sequence sum of c_i x_i^k with c_i = 1 for who
 * is in the first set only and -1 for who is in the second only; the shortest linear recurrence of such a sequence is as long as it
 * has terms (de Prony 1795). Berlekamp and Massey find it: sets that differ by d < r members are known to differ by at most d, by exactly
 * d but for colliding keys, and all others by r (but for one in 10^7). Sets that are near are never taken for far ones.
 */
export type SetSketch = Uint32Array;

/** Length of a sketch that tells distances below a radius. */
export function sketchLength(radius: number): number {
  return 2 * radius - 1;
}

/** Adds a member to the sketch at an offset of an array of sketches. */
export function addMember(sketches: Uint32Array, offset: number, length: number, recordKey: number): void {
  const x = (recordKey >>> 6) % PRIME;
  let power = 1;
  for (let k = offset; k < offset + length; k++) {
    const sum = sketches[k]! + power;
    sketches[k] = sum >= PRIME ? sum - PRIME : sum;
    power = multiply(power, x);
  }
}

/** Adds one sketch of an array to another: that of two disjoint sets together. */
export function addSketch(sketches: Uint32Array, to: number, from: number, length: number): void {
  for (let k = 0; k < length; k++) {
    const sum = sketches[to + k]! + sketches[from + k]!;
    sketches[to + k] = sum >= PRIME ? sum - PRIME : sum;
  }
}

/**
 * In how many members two sets differ, or the radius where that many or more. Of sketches for different radii the smaller one
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
  return same ? 0 : linearComplexity(sequence);
}

/** The length of the shortest linear recurrence of a sequence (Massey 1969, "Shift-register synthesis and BCH decoding"). */
function linearComplexity(sequence: Float64Array): number {
  const { length } = sequence;
  let connection = new Float64Array(length + 1);
  let previous = new Float64Array(length + 1);
  connection[0] = previous[0] = 1;
  let complexity = 0;
  let shift = 1;
  let previousDiscrepancy = 1;
  for (let n = 0; n < length; n++) {
    let discrepancy = sequence[n]!;
    for (let i = 1; i <= complexity; i++)
      discrepancy = reduce(discrepancy + multiply(connection[i]!, sequence[n - i]!));
    if (discrepancy === 0) {
      shift++;
      continue;
    }
    const before = 2 * complexity <= n ? connection.slice() : undefined;
    const factor = PRIME - multiply(discrepancy, inverse(previousDiscrepancy));
    for (let i = 0; i + shift <= length; i++)
      connection[i + shift] = reduce(connection[i + shift]! + multiply(factor, previous[i]!));
    if (before) {
      complexity = n + 1 - complexity;
      previous = before;
      previousDiscrepancy = discrepancy;
      shift = 1;
    } else shift++;
  }
  return complexity;
}

function reduce(sum: number): number {
  return sum >= PRIME ? sum - PRIME : sum;
}

function multiply(a: number, b: number): number {
  const product = a * b;
  const remainder = product - Math.floor(product * INVERSE) * PRIME;
  if (remainder < 0) return remainder + PRIME;
  return remainder >= PRIME ? remainder - PRIME : remainder;
}

/** By Fermat: a^(p-2). */
function inverse(a: number): number {
  let result = 1;
  let base = a;
  for (let exponent = PRIME - 2; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) result = multiply(result, base);
    base = multiply(base, base);
  }
  return result;
}
