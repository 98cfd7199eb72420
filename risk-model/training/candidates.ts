import { binCount, UNKNOWN_BIN } from '../model/modelContent.js';
import type { BinnedFactors, Binning } from './binnedFeatures.js';
import { type HazardFit, histogramOf } from './hazardFit.js';
import { InteractionTree } from './interactionTree.js';
import { gainOf, growTree, type Histogram, stepOf, type TreeLimits } from './smallTree.js';
import type { Term } from './term.js';

/** The most bins of a factor, including the one for unknown values. */
const MOST_FINE = 66;
/** The quadrants of an interaction, and one for children with an unknown value. */
const QUADRANTS = 5;

/** Factors for which a step is possible. */
export interface Candidate {
  readonly factors: readonly number[];
  /** Finds the best step for them and returns its gain. */
  find(): number;
  /**
   * Applies a part of the step that `find` has just found. Returns the factors with the cuts that the step
   * makes.
   */
  apply(rate: number): Term;
}

/** What the candidates of one fit share. */
export class FitContext {
  readonly histogram: Histogram = histogramOf(MOST_FINE * MOST_FINE);
  readonly steps = new Float64Array(this.histogram.gradient.length);
  readonly interaction = new InteractionTree(MOST_FINE);
  readonly cells: Uint16Array;

  constructor(
    readonly factors: BinnedFactors,
    readonly fit: HazardFit,
    readonly limits: TreeLimits,
  ) {
    this.cells = new Uint16Array(factors.children);
  }

  binsOf(binning: Binning, factor: number): Uint8Array {
    const { children } = this.factors;
    return binning.bins.subarray(factor * children, (factor + 1) * children);
  }

  /** Sums the children's derivatives by cell: rows x columns of bins. */
  sum(rows: Uint8Array, columns: Uint8Array | undefined, cells: number, across: number): void {
    const { gradient, curvature, fitted } = this.fit;
    const { gradient: gradients, curvature: curvatures } = this.histogram;
    gradients.fill(0, 0, cells);
    curvatures.fill(0, 0, cells);
    for (const child of fitted) {
      const cell = columns === undefined ? rows[child]! : rows[child]! * across + columns[child]!;
      gradients[cell]! += gradient[child]!;
      curvatures[cell]! += curvature[child]!;
    }
  }

  /** Adds a part of the steps to the fit. */
  applySteps(rows: Uint8Array, columns: Uint8Array | undefined, across: number, rate: number): void {
    for (let child = 0; child < rows.length; child++)
      this.cells[child] = columns === undefined ? rows[child]! : rows[child]! * across + columns[child]!;
    this.fit.add(
      this.cells,
      this.steps.map((step) => rate * step),
    );
  }
}

export class SingleFactorCandidate implements Candidate {
  readonly factors: readonly [number];
  private readonly bins: Uint8Array;
  private readonly cuts: readonly number[];

  constructor(
    private readonly context: FitContext,
    factor: number,
  ) {
    this.factors = [factor];
    this.bins = context.binsOf(context.factors.fine, factor);
    this.cuts = context.factors.fine.cuts[factor]!;
  }

  find(): number {
    const count = binCount(this.cuts);
    this.context.sum(this.bins, undefined, count, 1);
    return growTree(this.context.histogram, count, this.context.limits, this.context.steps);
  }

  apply(rate: number): Term {
    const { steps } = this.context;
    this.context.applySteps(this.bins, undefined, 1, rate);
    // The cut before bin 2 is the first one.
    return { factors: this.factors, cuts: [this.cuts.filter((_, cut) => steps[cut + 1] !== steps[cut + 2])] };
  }
}

export class PairCandidate implements Candidate {
  constructor(
    private readonly context: FitContext,
    readonly factors: readonly [number, number],
    private readonly binning: Binning = context.factors.coarse,
  ) {}

  find(): number {
    const [rows, columns] = this.#counts;
    this.context.sum(...this.#bins, rows * columns, columns);
    this.context.interaction.find(this.context.histogram, rows, columns, this.context.limits.curvature);
    return this.context.interaction.gain;
  }

  apply(rate: number): Interaction {
    const [rows, columns] = this.#counts;
    const { interaction, steps } = this.context;
    const { cuts } = this.binning;
    interaction.writeSteps(rows, columns, steps);
    this.context.applySteps(...this.#bins, columns, rate);
    const [first, second] = this.factors;
    const { rowCut, columnCut } = interaction;
    return {
      factors: this.factors,
      cuts: [[cuts[first]![rowCut - 2]!], [cuts[second]![columnCut - 2]!]],
      quadrants: quadrantsOf(...this.#bins, rowCut, columnCut),
    };
  }

  get #bins(): [Uint8Array, Uint8Array] {
    const { context, binning } = this;
    return [context.binsOf(binning, this.factors[0]), context.binsOf(binning, this.factors[1])];
  }

  get #counts(): [number, number] {
    const { cuts } = this.binning;
    return [binCount(cuts[this.factors[0]]!), binCount(cuts[this.factors[1]]!)];
  }
}

/** A selected interaction, with each child's quadrant, 1 to 4; 0 if a value is unknown. */
export interface Interaction extends Term {
  readonly factors: readonly [number, number];
  readonly quadrants: Uint8Array;
}

/** A third factor for a selected interaction: an effect of two factors may depend on the third. */
export class TripletCandidate implements Candidate {
  readonly factors: readonly number[];
  private readonly bins: Uint8Array;
  private readonly cuts: readonly number[];
  #cut = 0;

  constructor(
    private readonly context: FitContext,
    private readonly interaction: Interaction,
    private readonly third: number,
  ) {
    this.factors = [...interaction.factors, third].toSorted((a, b) => a - b);
    this.bins = context.binsOf(context.factors.coarse, third);
    this.cuts = context.factors.coarse.cuts[third]!;
  }

  find(): number {
    const columns = binCount(this.cuts);
    this.context.sum(this.interaction.quadrants, this.bins, QUADRANTS * columns, columns);
    const { gain, cut } = bestColumnCut(
      this.context.histogram,
      QUADRANTS,
      columns,
      this.context.limits.curvature,
    );
    this.#cut = cut;
    return gain;
  }

  apply(rate: number): Term {
    const columns = binCount(this.cuts);
    columnSteps(this.context.histogram, QUADRANTS, columns, this.#cut, this.context.steps);
    this.context.applySteps(this.interaction.quadrants, this.bins, columns, rate);
    const cutOf = new Map([
      [this.interaction.factors[0], this.interaction.cuts[0]!],
      [this.interaction.factors[1], this.interaction.cuts[1]!],
      [this.third, [this.cuts[this.#cut - 2]!]],
    ]);
    return { factors: this.factors, cuts: this.factors.map((factor) => cutOf.get(factor)!) };
  }
}

/** The interaction of a term of two factors, by the first cut of each. */
export function interactionOf(context: FitContext, { factors, cuts }: Term): Interaction {
  const [first, second] = factors as [number, number];
  const { coarse } = context.factors;
  const binAfter = (factor: number, cut: number) =>
    2 +
    Math.max(
      0,
      coarse.cuts[factor]!.findIndex((coarseCut) => coarseCut >= cut),
    );
  const quadrants = quadrantsOf(
    context.binsOf(coarse, first),
    context.binsOf(coarse, second),
    binAfter(first, cuts[0]![0]!),
    binAfter(second, cuts[1]![0]!),
  );
  return { factors: [first, second], cuts, quadrants };
}

function quadrantsOf(rows: Uint8Array, columns: Uint8Array, rowCut: number, columnCut: number): Uint8Array {
  return rows.map((row, child) => {
    const column = columns[child]!;
    if (row === UNKNOWN_BIN || column === UNKNOWN_BIN) return 0;
    return 1 + (row < rowCut ? 0 : 2) + (column < columnCut ? 0 : 1);
  });
}

/**
 * The cut of a third factor within the quadrants of an interaction: a leaf for each quadrant on either side.
 */
interface ColumnCut {
  /** The gain over one step per quadrant, about twice the log-likelihood; 0: there is no cut. */
  readonly gain: number;
  /** The first bin after the cut. */
  readonly cut: number;
}

/** @param histogram over rows x columns of bins; the first row and the first column are for unknown values */
function bestColumnCut(
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

/** Writes the Newton steps of the leaves, by cell. */
function columnSteps(
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
