import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { binCount, binsOfCell } from '../model/modelContent.js';
import { Cholesky } from './cholesky.js';
import type { FittedTerms, LearntTerms } from './fitTerms.js';
import { AGE_BINS } from './riskTable.js';
import type { Term } from './term.js';

/**
 * Backward elimination of terms: returns the terms that remain.
 * @param penalty by term, what it must add to twice the log-likelihood
 */
export function pruneTerms(fitted: FittedTerms, penalty: readonly number[]): readonly number[] {
  const parameters = parametersOf(fitted);
  const eliminated = new NormalEstimate(fitted).eliminate(
    parameters.map((of, term) => ({
      contrasts: [...of.values()].map((parameter): Contrast => [parameter, undefined]),
      penalty: penalty[term]!,
    })),
  );
  return [...parameters.keys()].filter((term) => !eliminated.has(term));
}

/**
 * Backward elimination of cuts that separate too little. Every factor keeps at least one cut.
 * @param penalty what a cut must add to twice the log-likelihood
 */
export function pruneCuts({ terms, fitted }: LearntTerms, penalty: number): readonly Term[] {
  const parameters = parametersOf(fitted);
  const all = terms.flatMap(({ cuts }, term) =>
    cuts.flatMap((own, factor) =>
      own.map((_, cut) => ({
        term,
        factor,
        cut,
        contrasts: across(cuts, factor, cut, parameters[term]!),
        penalty,
      })),
    ),
  );
  const isOf = (term: number, factor: number) => (index: number) =>
    all[index]!.term === term && all[index]!.factor === factor;
  const eliminated = new NormalEstimate(fitted).eliminate(all, (index, before) => {
    const { term, factor } = all[index]!;
    return [...before].filter(isOf(term, factor)).length + 1 < terms[term]!.cuts[factor]!.length;
  });
  return terms.map(({ factors, cuts }, term) => ({
    factors,
    cuts: cuts.map((own, factor) => {
      const without = new Set([...eliminated].filter(isOf(term, factor)).map((index) => all[index]!.cut));
      return own.filter((_, cut) => !without.has(cut));
    }),
  }));
}

/** By term, the number of the parameter of each cell that has one. */
function parametersOf({ terms, parameters }: FittedTerms): readonly ReadonlyMap<number, number>[] {
  const numbers = terms.map(() => new Map<number, number>());
  parameters.forEach(({ term, cell }, i) => numbers[term]!.set(cell, HORIZON_YEARS + AGE_BINS + i));
  return numbers;
}

/** The differences between the cells on either side of a cut. */
function across(
  cuts: Term['cuts'],
  factor: number,
  cut: number,
  parameters: ReadonlyMap<number, number>,
): Contrast[] {
  const bins = cuts.map(binCount);
  const faster = bins.slice(factor + 1).reduce((product, of) => product * of, 1);
  const cells = bins.reduce((product, of) => product * of, 1);
  return Array.from({ length: cells }, (_, cell) => cell)
    .filter((cell) => binsOfCell(cuts, cell)[factor] === cut + 1)
    .map((cell): Contrast => [parameters.get(cell), parameters.get(cell + faster)])
    .filter(([before, after]) => before !== undefined || after !== undefined);
}

/** A difference of two parameters, by number; undefined stands for 0. */
type Contrast = readonly [number | undefined, number | undefined];

/**
 * A part of the model that can be eliminated: the differences that would then be 0, and its complexity
 * penalty in twice the log-likelihood.
 */
interface ModelPart {
  readonly contrasts: readonly Contrast[];
  readonly penalty: number;
}

/** A difference whose remaining variance is a smaller share is determined by the others. */
const DETERMINED = 1e-9;

/** The normal approximation of the fitted parameters. It gives the estimates of all others if some are 0. */
class NormalEstimate {
  private readonly size: number;
  private readonly values: Float64Array;
  private readonly covariance: Float64Array;

  constructor(fit: FittedTerms) {
    const first = HORIZON_YEARS + AGE_BINS;
    this.size = first + fit.parameters.length;
    this.covariance = new Cholesky(fit.information, this.size).inverse();
    this.values = new Float64Array(this.size);
    fit.parameters.forEach(({ term, cell }, i) => (this.values[first + i] = fit.terms[term]![cell]!));
  }

  /**
   * Eliminates parts that add less than their penalty, the weakest first. After each elimination the other
   * parameters are adjusted (Wald's statistic).
   * @param mayEliminate whether a part may be eliminated, given those already eliminated
   * @returns the indexes of the eliminated parts
   */
  eliminate(
    all: readonly ModelPart[],
    mayEliminate: (index: number, eliminated: ReadonlySet<number>) => boolean = () => true,
  ): ReadonlySet<number> {
    const eliminated = new Set<number>();
    for (;;) {
      let [worst, least] = [-1, 0];
      all.forEach(({ contrasts, penalty }, index) => {
        if (eliminated.has(index) || !mayEliminate(index, eliminated)) return;
        const excess = this.#wald(contrasts) - penalty;
        if (excess < least) [worst, least] = [index, excess];
      });
      if (worst < 0) return eliminated;
      eliminated.add(worst);
      for (const contrast of all[worst]!.contrasts) this.#setToZero(contrast);
    }
  }

  /** Wald's statistic of differences. Each one is conditional on those before it being 0. */
  #wald(contrasts: readonly Contrast[]): number {
    const values = contrasts.map((contrast) => this.#value(contrast));
    const variance = contrasts.map((one) => contrasts.map((other) => this.#covariance(one, other)));
    let statistic = 0;
    contrasts.forEach((contrast, k) => {
      const own = variance[k]![k]!;
      if (!(own > DETERMINED * this.#scale(contrast))) return;
      statistic += values[k]! ** 2 / own;
      for (let j = k + 1; j < values.length; j++) {
        const part = variance[j]![k]! / own;
        values[j]! -= part * values[k]!;
        for (let l = k + 1; l < values.length; l++) variance[j]![l]! -= part * variance[k]![l]!;
      }
    });
    return statistic;
  }

  /** Conditions all parameters on a difference being 0: the conditional mean and covariance. */
  #setToZero(contrast: Contrast): void {
    const { size, values, covariance } = this;
    const [variance, value] = [this.#covariance(contrast, contrast), this.#value(contrast)];
    if (!(variance > DETERMINED * this.#scale(contrast))) return;
    const parts = Float64Array.from(
      values.keys(),
      (at) => this.#covariance([at, undefined], contrast) / variance,
    );
    for (let row = 0; row < size; row++) {
      values[row]! -= parts[row]! * value;
      for (let column = 0; column < size; column++)
        covariance[row * size + column]! -= parts[row]! * parts[column]! * variance;
    }
  }

  #value([of, less]: Contrast): number {
    return (of === undefined ? 0 : this.values[of]!) - (less === undefined ? 0 : this.values[less]!);
  }

  #covariance([of, less]: Contrast, [other, otherLess]: Contrast): number {
    const between = (one: number | undefined, two: number | undefined) =>
      one === undefined || two === undefined ? 0 : this.covariance[one * this.size + two]!;
    return between(of, other) - between(of, otherLess) - between(less, other) + between(less, otherLess);
  }

  /** The variances of the two parameters of a difference. */
  #scale([of, less]: Contrast): number {
    return (
      this.#covariance([of, undefined], [of, undefined]) +
      this.#covariance([less, undefined], [less, undefined])
    );
  }
}
