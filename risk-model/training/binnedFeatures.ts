import { binCount, binOf, UNKNOWN_BIN } from '../model/modelContent.js';
import { sharedBytes } from './smallTree.js';

const BINS = 64;
/** Two factors together have the square of it. */
const PAIR_BINS = 16;

/** Factors as numbers of bins, for threads to share: fine ones for a factor alone, coarse ones for two together. */
export interface BinnedFactors {
  readonly children: number;
  readonly fine: Binning;
  readonly coarse: Binning;
}

export interface Binning {
  /** By factor. */
  readonly cuts: readonly (readonly number[])[];
  /** Factor x child: 0 where unknown. */
  readonly bins: Uint8Array;
}

/** @param columns by factor, of the table; @param rows the rows that are taken, each a child */
export function binFactors(columns: readonly Float32Array[], rows: Uint32Array): BinnedFactors {
  const children = rows.length;
  const fine = { cuts: [] as number[][], bins: sharedBytes(columns.length * children) };
  const coarse = { cuts: [] as number[][], bins: sharedBytes(columns.length * children) };
  const taken = new Float32Array(children);
  columns.forEach((column, factor) => {
    for (let child = 0; child < children; child++) taken[child] = column[rows[child]!]!;
    const counts = countValues(taken);
    const cuts = cutFactor(counts, BINS);
    // Cuts for pairs are some of the cuts for one factor, so that what a pair says of one factor can be moved to it.
    const wanted = cutFactor(counts, PAIR_BINS).map((cut) => nearestOf(cuts, cut));
    const coarseCuts = [...new Set(wanted)];
    fine.cuts.push(cuts);
    coarse.cuts.push(coarseCuts);
    const coarseBin = coarser(cuts, coarseCuts);
    for (let child = 0; child < children; child++) {
      const bin = binOf(cuts, taken[child]!);
      fine.bins[factor * children + child] = bin;
      coarse.bins[factor * children + child] = coarseBin[bin]!;
    }
  });
  return { children, fine, coarse };
}

/** Of ascending numbers the first that is not below another, or the last. */
function nearestOf(ascending: readonly number[], wanted: number): number {
  return ascending.find((number) => number >= wanted) ?? ascending.at(-1)!;
}

/** A bin holds at least so many children: fewer tell of themselves rather than of what they have in common. */
const FEWEST_CHILDREN = 25;

/** Distinct known values of a factor, ascending, and how many children have each. */
interface ValueCounts {
  readonly values: Float32Array;
  readonly counts: Uint32Array;
}

export function countValues(column: Float32Array): ValueCounts {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const [values, counts]: [number[], number[]] = [[], []];
  for (const value of sorted) {
    // -0 sorts before 0 and is the same.
    if (value === values.at(-1)) counts[counts.length - 1]!++;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values: Float32Array.from(values), counts: Uint32Array.from(counts) };
}

/**
 * Cuts between values, so that at most `most` bins hold about as many children each. What many have, 0 and "never" are bins of their
 * own: nothing is as much like something as it seems in a mean.
 */
export function cutFactor({ values, counts }: ValueCounts, most: number): number[] {
  const cuts: number[] = [];
  let left = counts.reduce((sum, count) => sum + count, 0);
  let held = 0;
  for (let i = 0; i + 1 < values.length; i++) {
    const wanted = left / Math.max(1, most - cuts.length);
    held += counts[i]!;
    const apart = isApart(values[i]!) || isApart(values[i + 1]!) || counts[i + 1]! >= wanted;
    const full = held >= wanted || (apart && held >= FEWEST_CHILDREN);
    const rest = left - held;
    if (cuts.length + 1 < most && full && held >= FEWEST_CHILDREN && rest >= FEWEST_CHILDREN) {
      cuts.push(shortestBetween(values[i]!, values[i + 1]!));
      left = rest;
      held = 0;
    }
  }
  return cuts;
}

function isApart(value: number): boolean {
  return value === 0 || value === Number.POSITIVE_INFINITY;
}

/** The number with the fewest digits in (low, high], near the middle: 2.5 of 2 and 3. */
export function shortestBetween(low: number, high: number): number {
  const middle = Number.isFinite(high) ? low + (high - low) / 2 : Math.max(1, 2 * low);
  for (let digits = 1; digits <= 17; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (rounded > low && rounded <= high) return rounded;
  }
  return high;
}

/** By fine bin, the bin that it is in where only some of its cuts are made. */
export function coarser(fine: readonly number[], cuts: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: binCount(fine) }, (_, bin) =>
    // A bin from the second on begins at the cut before it.
    bin <= UNKNOWN_BIN + 1 ? bin : UNKNOWN_BIN + 1 + cuts.filter((cut) => cut <= fine[bin - 2]!).length,
  );
}
