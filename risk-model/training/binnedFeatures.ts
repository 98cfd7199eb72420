import { binCount, binOf, UNKNOWN_BIN } from '../model/modelContent.js';
import { sharedBytes } from './smallTree.js';

const BINS = 64;
/** A pair of factors has the square of it. */
const PAIR_BINS = 16;

/** Factors as bin numbers, shared by threads: fine bins for a single factor, coarse bins for a pair. */
export interface BinnedFactors {
  readonly children: number;
  readonly fine: Binning;
  readonly coarse: Binning;
}

export interface Binning {
  /** By factor. */
  readonly cuts: readonly (readonly number[])[];
  /** Factor x child: 0 if unknown. */
  readonly bins: Uint8Array;
}

/** @param columns by factor, of the table; @param rows the selected rows, one per child */
export function binFactors(columns: readonly Float32Array[], rows: Uint32Array): BinnedFactors {
  const children = rows.length;
  const fine = { cuts: [] as number[][], bins: sharedBytes(columns.length * children) };
  const coarse = { cuts: [] as number[][], bins: sharedBytes(columns.length * children) };
  const selected = new Float32Array(children);
  columns.forEach((column, factor) => {
    for (let child = 0; child < children; child++) selected[child] = column[rows[child]!]!;
    const counts = countValues(selected);
    const cuts = cutFactor(counts, BINS);
    // Cuts for pairs are a subset of the cuts for single factors, so that the part of a pair's effect that
    // one factor explains can move to that factor.
    const wanted = cutFactor(counts, PAIR_BINS).map((cut) => nearestOf(cuts, cut));
    const coarseCuts = [...new Set(wanted)];
    fine.cuts.push(cuts);
    coarse.cuts.push(coarseCuts);
    const coarseBin = coarser(cuts, coarseCuts);
    for (let child = 0; child < children; child++) {
      const bin = binOf(cuts, selected[child]!);
      fine.bins[factor * children + child] = bin;
      coarse.bins[factor * children + child] = coarseBin[bin]!;
    }
  });
  return { children, fine, coarse };
}

/** The first of ascending numbers that is not below another, or the last. */
function nearestOf(ascending: readonly number[], wanted: number): number {
  return ascending.find((number) => number >= wanted) ?? ascending.at(-1)!;
}

/** The fewest children of a bin. A smaller bin would describe its children rather than what they share. */
const FEWEST_CHILDREN = 25;

/** The distinct known values of a factor, ascending, and the number of children with each. */
interface ValueCounts {
  readonly values: Float32Array;
  readonly counts: Uint32Array;
}

export function countValues(column: Float32Array): ValueCounts {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const [values, counts]: [number[], number[]] = [[], []];
  for (const value of sorted) {
    // -0 sorts before 0 and equals it.
    if (value === values.at(-1)) counts[counts.length - 1]!++;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values: Float32Array.from(values), counts: Uint32Array.from(counts) };
}

/**
 * Cuts between values, so that at most `most` bins have about equally many children. Frequent values, 0 and
 * "never" get bins of their own, because an average with their neighbours would hide that they differ.
 */
export function cutFactor({ values, counts }: ValueCounts, most: number): number[] {
  const cuts: number[] = [];
  let left = counts.reduce((sum, count) => sum + count, 0);
  let inBin = 0;
  for (let i = 0; i + 1 < values.length; i++) {
    const wanted = left / Math.max(1, most - cuts.length);
    inBin += counts[i]!;
    const apart = isApart(values[i]!) || isApart(values[i + 1]!) || counts[i + 1]! >= wanted;
    const full = inBin >= wanted || (apart && inBin >= FEWEST_CHILDREN);
    const rest = left - inBin;
    if (cuts.length + 1 < most && full && inBin >= FEWEST_CHILDREN && rest >= FEWEST_CHILDREN) {
      cuts.push(shortestBetween(values[i]!, values[i + 1]!));
      left = rest;
      inBin = 0;
    }
  }
  return cuts;
}

function isApart(value: number): boolean {
  return value === 0 || value === Number.POSITIVE_INFINITY;
}

/** The number with the fewest digits in (low, high], near the middle: 2.5 for 2 and 3. */
export function shortestBetween(low: number, high: number): number {
  const middle = Number.isFinite(high) ? low + (high - low) / 2 : Math.max(1, 2 * low);
  for (let digits = 1; digits <= 17; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (rounded > low && rounded <= high) return rounded;
  }
  return high;
}

/** By fine bin, the bin that it belongs to when only some of its cuts are made. */
export function coarser(fine: readonly number[], cuts: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: binCount(fine) }, (_, bin) =>
    // From the second bin on, a bin begins at the cut before it.
    bin <= UNKNOWN_BIN + 1 ? bin : UNKNOWN_BIN + 1 + cuts.filter((cut) => cut <= fine[bin - 2]!).length,
  );
}
