import { binCount } from '../model/modelContent.js';
import type { BinnedFactors } from './binnedFeatures.js';
import { histogramOf } from './hazardFit.js';
import { InteractionTree } from './interactionTree.js';

/** The most bins of a factor in pairs, including the one for unknown values. */
export const MOST_COARSE = 18;

/** The derivatives of a fit, by child, and the children that it uses. */
export interface Derivatives {
  readonly fitted: Uint32Array;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

/** The number of pairs. Pairs are numbered (0, 1), (0, 2), (1, 2), (0, 3) and so on. */
export function pairCount(factors: number): number {
  return (factors * (factors - 1)) / 2;
}

export function pairOf(number: number): [first: number, second: number] {
  const second = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2);
  return [number - pairCount(second), second];
}

/**
 * Computes the gain of an interaction for each pair of factors: the screen of FAST (Lou, Caruana, Gehrke &
 * Hooker 2013). Most children are in the most frequent bin of most factors. Their sums are found by
 * subtraction, without visiting them.
 * @param pairs by number; the gain of each is written to `gains` at its number
 */
export function screenPairs(
  { coarse, children }: BinnedFactors,
  { fitted, gradient, curvature }: Derivatives,
  least: number,
  pairs: Iterable<number>,
  gains: Float64Array,
): void {
  const sides = coarse.cuts.map((cuts, factor) => {
    const all = coarse.bins.subarray(factor * children, (factor + 1) * children);
    return sideOf(
      fitted.length,
      binCount(cuts),
      Uint8Array.from(fitted, (child) => all[child]!),
    );
  });
  const first = Float64Array.from(fitted, (child) => gradient[child]!);
  const second = Float64Array.from(fitted, (child) => curvature[child]!);
  const sums = sides.map(({ bins, count }) => {
    const sum = histogramOf(count);
    bins.forEach((bin, at) => {
      sum.gradient[bin]! += first[at]!;
      sum.curvature[bin]! += second[at]!;
    });
    return sum;
  });
  const histogram = histogramOf(MOST_COARSE * MOST_COARSE);
  const interaction = new InteractionTree(MOST_COARSE);
  for (const pair of pairs) {
    const [one, other] = pairOf(pair);
    const [row, column] =
      sides[one]!.unusual.length <= sides[other]!.unusual.length ? [one, other] : [other, one];
    const [rows, columns] = [sides[row]!, sides[column]!];
    const { gradient: gradients, curvature: curvatures } = histogram;
    gradients.fill(0, 0, rows.count * columns.count);
    curvatures.fill(0, 0, rows.count * columns.count);
    for (const at of rows.unusual) {
      const cell = rows.bins[at]! * columns.count + columns.bins[at]!;
      gradients[cell]! += first[at]!;
      curvatures[cell]! += second[at]!;
    }
    for (let bin = 0; bin < columns.count; bin++) {
      let [restGradient, restCurvature] = [sums[column]!.gradient[bin]!, sums[column]!.curvature[bin]!];
      for (let other = 0; other < rows.count; other++) {
        restGradient -= gradients[other * columns.count + bin]!;
        restCurvature -= curvatures[other * columns.count + bin]!;
      }
      gradients[rows.usual * columns.count + bin] = restGradient;
      curvatures[rows.usual * columns.count + bin] = restCurvature;
    }
    interaction.find(histogram, rows.count, columns.count, least);
    gains[pair] = interaction.gain;
  }
}

interface Side {
  readonly bins: Uint8Array;
  readonly count: number;
  /** The most frequent bin, and the indexes of children in other bins. */
  readonly usual: number;
  readonly unusual: Uint32Array;
}

function sideOf(children: number, count: number, bins: Uint8Array): Side {
  const counts = new Uint32Array(count);
  for (const bin of bins) counts[bin]!++;
  const usual = counts.indexOf(Math.max(...counts));
  const unusual = new Uint32Array(children - counts[usual]!);
  let found = 0;
  for (let at = 0; at < children; at++) if (bins[at] !== usual) unusual[found++] = at;
  return { bins, count, usual, unusual };
}
