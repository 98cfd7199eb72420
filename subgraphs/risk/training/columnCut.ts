import { UNKNOWN_BIN } from '../model/bins.js';
import { gainOf, type Histogram, stepOf } from './smallTree.js';

/** The cut of a third factor within the quarters of a cross that has been made: a leaf for each quarter on either side. */
export interface ColumnCut {
  /** What it gains over a step for each quarter, about twice the log-likelihood; 0: there is no cut. */
  readonly gain: number;
  /** The first bin beyond the cut. */
  readonly cut: number;
}

/** @param histogram over rows x columns of bins; the first of either is of what is unknown */
export function bestColumnCut(
  { gradient, curvature }: Histogram,
  rows: number,
  columns: number,
  least: number,
): ColumnCut {
  const [before, all] = [new Float64Array(2 * rows), new Float64Array(2 * rows)];
  let uncut = 0;
  for (let row = UNKNOWN_BIN + 1; row < rows; row++) {
    for (let column = UNKNOWN_BIN + 1; column < columns; column++) {
      all[2 * row]! += gradient[row * columns + column]!;
      all[2 * row + 1]! += curvature[row * columns + column]!;
    }
    uncut += gainOf(all[2 * row]!, all[2 * row + 1]!);
  }
  let best: ColumnCut = { gain: 0, cut: 0 };
  for (let column = UNKNOWN_BIN + 1; column + 1 < columns; column++) {
    let gain = -uncut;
    let fewest = Number.POSITIVE_INFINITY;
    for (let row = UNKNOWN_BIN + 1; row < rows; row++) {
      const left = (before[2 * row]! += gradient[row * columns + column]!);
      const leftCurvature = (before[2 * row + 1]! += curvature[row * columns + column]!);
      const right = all[2 * row]! - left;
      const rightCurvature = all[2 * row + 1]! - leftCurvature;
      fewest = Math.min(fewest, leftCurvature, rightCurvature);
      gain += gainOf(left, leftCurvature) + gainOf(right, rightCurvature);
    }
    if (fewest >= least && gain > best.gain) best = { gain, cut: column + 1 };
  }
  return best;
}

/** Newton steps of the leaves, by cell. */
export function columnSteps(
  { gradient, curvature }: Histogram,
  rows: number,
  columns: number,
  cut: number,
  steps: Float64Array,
): void {
  steps.fill(0, 0, rows * columns);
  for (let row = UNKNOWN_BIN + 1; row < rows; row++) {
    for (const [from, until] of [
      [UNKNOWN_BIN + 1, cut],
      [cut, columns],
    ] as const) {
      let [sum, sumOfCurvature] = [0, 0];
      for (let column = from; column < until; column++) {
        sum += gradient[row * columns + column]!;
        sumOfCurvature += curvature[row * columns + column]!;
      }
      steps.fill(stepOf(sum, sumOfCurvature), row * columns + from, row * columns + until);
    }
  }
}
