import { binOf } from '../model/bins.js';
import { countValues, cutFactor } from './cutFactor.js';
import { sharedBytes } from './sharedArrays.js';
import { coarser } from './coarser.js';

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
