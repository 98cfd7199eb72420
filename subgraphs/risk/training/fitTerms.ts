import { AGE_BINS, type ChildYears } from './childYears.js';
import { HazardFit, histogramOf } from './hazardFit.js';
import { HORIZON_YEARS } from './riskTable.js';
import type { TreeLimits } from './smallTree.js';
import type { TermCells } from './term.js';

export interface FitSettings {
  /** Of the trees of ages. */
  readonly limits: TreeLimits;
  /** The part of each step that is taken. */
  readonly rate: number;
  /** Pulls what cells add towards 0, as if so much curvature had been seen without effect; by the number of factors. */
  readonly ridge: number;
  /** Cycles over all terms, at most. */
  readonly cycles: number;
  /** Cycles without a better loss on the families left out, after which the fit has ended. */
  readonly patience: number;
}

/** Log-odds, not yet in millionths. */
export interface FittedTerms {
  readonly years: Float64Array;
  readonly ages: Float64Array;
  /** By term, then by cell. */
  readonly terms: readonly Float64Array[];
  /** Cycles that were taken. */
  readonly cycles: number;
}

/**
 * Fits given terms by cyclic boosting: each in turn takes a small step, so that what several could explain is shared among them. It ends
 * where families that are left out say so.
 */
export function fitTerms(
  childYears: ChildYears,
  weights: Uint8Array,
  terms: readonly TermCells[],
  { limits, rate, ridge, cycles, patience }: FitSettings,
): FittedTerms {
  const fit = new HazardFit(childYears, weights);
  const values = terms.map(({ free }) => new Float64Array(free.length));
  const sums = histogramOf(Math.max(0, ...terms.map(({ free }) => free.length)));
  const steps = values.map((own) => new Float64Array(own.length));
  let best: FittedTerms | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let cycle = 0; cycle <= cycles && cycle <= (best?.cycles ?? 0) + patience; cycle++) {
    const loss = fit.lossOfOthers();
    if (loss < least) {
      least = loss;
      best = {
        years: fit.years.slice(),
        ages: fit.ages.slice(),
        terms: values.map((own) => own.slice()),
        cycles: cycle,
      };
    }
    fit.stepYearsAndAges(rate, limits);
    terms.forEach(({ cells, free }, term) => {
      sums.gradient.fill(0, 0, free.length);
      sums.curvature.fill(0, 0, free.length);
      for (const child of fit.fitted) {
        sums.gradient[cells[child]!]! += fit.gradient[child]!;
        sums.curvature[cells[child]!]! += fit.curvature[child]!;
      }
      const [own, step] = [values[term]!, steps[term]!];
      for (let cell = 0; cell < free.length; cell++) {
        if (free[cell] === 0 || sums.curvature[cell]! < limits.curvature) continue;
        // The ridge is on what has been added in all, not on the step.
        step[cell] = (rate * (sums.gradient[cell]! - ridge * own[cell]!)) / (sums.curvature[cell]! + ridge);
        own[cell]! += step[cell]!;
      }
      fit.add(cells, step);
    });
  }
  return best!;
}

export const YEAR_CELLS = HORIZON_YEARS * AGE_BINS;
