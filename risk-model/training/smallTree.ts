import { UNKNOWN_BIN } from '../model/modelContent.js';

/** Sums over the children of each bin: of the gradient of the log-likelihood, and of its curvature. */
export interface Histogram {
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

/** The limits of a tree. */
export interface TreeLimits {
  /** Leaves of known values; unknown values have a leaf of their own. */
  readonly leaves: number;
  /** The least curvature of a leaf: about the number of clients among its children. */
  readonly curvature: number;
  /** What a further split must gain, as a likelihood ratio. */
  readonly gain: number;
}

/** Pulls leaves with few children towards 0, as if this much curvature without effect had been observed. */
const RIDGE = 1;

interface Leaf {
  readonly from: number;
  readonly until: number;
  readonly gradient: number;
  readonly curvature: number;
}

/**
 * Grows a tree over the bins of one factor, best split first (Friedman 2001). Writes the Newton step of each
 * bin to `steps`.
 * @returns the gain of the tree over one step for all, about twice the log-likelihood
 */
export function growTree(
  { gradient, curvature }: Histogram,
  bins: number,
  limits: TreeLimits,
  steps: Float64Array,
): number {
  const whole = sum(gradient, curvature, UNKNOWN_BIN + 1, bins);
  const leaves: Leaf[] = [whole];
  let gain = 0;
  while (leaves.length < limits.leaves) {
    let best: Split | undefined;
    for (const leaf of leaves) {
      const split = bestSplit(gradient, curvature, leaf, limits.curvature);
      if (split.gain > (best?.gain ?? limits.gain)) best = split;
    }
    if (best === undefined) break;
    const { leaf, left } = best;
    const right = {
      from: left.until,
      until: leaf.until,
      gradient: leaf.gradient - left.gradient,
      curvature: leaf.curvature - left.curvature,
    };
    leaves.splice(leaves.indexOf(leaf), 1, left, right);
    gain += best.gain;
  }
  for (const leaf of leaves) steps.fill(stepOf(leaf.gradient, leaf.curvature), leaf.from, leaf.until);
  const [unknownGradient, unknownCurvature] = [gradient[UNKNOWN_BIN]!, curvature[UNKNOWN_BIN]!];
  steps[UNKNOWN_BIN] = 0;
  if (unknownCurvature >= limits.curvature) {
    steps[UNKNOWN_BIN] = stepOf(unknownGradient, unknownCurvature);
    gain +=
      gainOf(unknownGradient, unknownCurvature) +
      gainOf(whole.gradient, whole.curvature) -
      gainOf(whole.gradient + unknownGradient, whole.curvature + unknownCurvature);
  }
  return gain;
}

interface Split {
  readonly leaf: Leaf;
  readonly left: Leaf;
  readonly gain: number;
}

function bestSplit(gradient: Float64Array, curvature: Float64Array, leaf: Leaf, least: number): Split {
  const before = gainOf(leaf.gradient, leaf.curvature);
  let [leftGradient, leftCurvature] = [0, 0];
  let left = leaf;
  let gain = Number.NEGATIVE_INFINITY;
  for (let bin = leaf.from; bin + 1 < leaf.until; bin++) {
    leftGradient += gradient[bin]!;
    leftCurvature += curvature[bin]!;
    const rightCurvature = leaf.curvature - leftCurvature;
    if (leftCurvature < least || rightCurvature < least) continue;
    const gained =
      gainOf(leftGradient, leftCurvature) + gainOf(leaf.gradient - leftGradient, rightCurvature) - before;
    if (gained > gain) {
      gain = gained;
      left = { from: leaf.from, until: bin + 1, gradient: leftGradient, curvature: leftCurvature };
    }
  }
  return { leaf, left, gain };
}

function sum(gradient: Float64Array, curvature: Float64Array, from: number, until: number): Leaf {
  let [gradients, curvatures] = [0, 0];
  for (let bin = from; bin < until; bin++) {
    gradients += gradient[bin]!;
    curvatures += curvature[bin]!;
  }
  return { from, until, gradient: gradients, curvature: curvatures };
}

export function gainOf(gradient: number, curvature: number): number {
  return (gradient * gradient) / (curvature + RIDGE);
}

export function stepOf(gradient: number, curvature: number): number {
  return gradient / (curvature + RIDGE);
}

/** Arrays that several threads read without copies. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

export function sharedNumbers(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT));
}

export function sharedDoubles(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
