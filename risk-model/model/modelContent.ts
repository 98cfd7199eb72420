/** What a file must say of itself to be read as a model. */
export const MODEL_FORMAT = 'polku-risk-model/1';

/** The factor that age is read from: whole years at the date. */
export const AGE_FACTOR = 'population.child.age';

/**
 * A risk model as its file says it: plain JSON, so that a reviewer can read all that it does. Log-odds are whole
 * millionths, so that contributions sum to the score exactly, in any order.
 */
export interface ModelContent {
  readonly format: typeof MODEL_FORMAT;
  /** ISO 8601, UTC. */
  readonly trainedAt: string;
  readonly training: TrainingFacts;
  /** Log-odds of the first year for a child all of whose terms are 0. */
  readonly base: number;
  /** By year, what is added to the first year's log-odds: the first is 0. */
  readonly years: readonly number[];
  /** The one of `AGE_FACTOR` comes first: its value is that of the age attained by the beginning of each year. */
  readonly terms: readonly TermContent[];
  /** Factors that were looked at and have no effect. */
  readonly considered: readonly string[];
  /** By horizon, from 1 year; each with bands in the order of the probability. */
  readonly calibration: readonly (readonly CalibrationBand[])[];
  /** By horizon, from 1 year: the 1st .. 99th percentile of the probability among the children of training. */
  readonly percentiles: readonly (readonly number[])[];
  /** The models of which this one is the mean, each fitted on families drawn anew: how far they differ is the uncertainty. */
  readonly bags: readonly BagContent[];
}

/** What one factor adds, or up to three together. */
export interface TermContent {
  readonly factors: readonly string[];
  /** By factor, ascending: a value belongs to the bin after the last cut that is not greater. */
  readonly cuts: readonly (readonly number[])[];
  /** By bin; bin 0 is that of what is unknown. Of several factors, the bins of later ones run faster. */
  readonly values: readonly number[];
}

interface BagContent {
  readonly base: number;
  readonly years: readonly number[];
  /** By term, as `values`. */
  readonly terms: readonly (readonly number[])[];
}

/** How what was foretold came about among children whose families the model was not fitted on. */
export interface CalibrationBand {
  /** The probability, from .. until; the last band includes its end, 1. */
  readonly from: number;
  readonly until: number;
  readonly children: number;
  /** Mean probability, and the share of the children that became clients. */
  readonly predicted: number;
  readonly observed: number;
}

interface TrainingFacts {
  readonly seed: number;
  /** ISO dates as of which the children were described. */
  readonly blocks: readonly string[];
  /**
   * All ISO dates of which families were gathered before they were split. People move between families, so a table of other
   * dates has other families, and those set apart would not be the same.
   */
  readonly splitOver: readonly string[];
  readonly children: number;
  readonly families: number;
  /** Children who became clients in a year in which they could be seen. */
  readonly clients: number;
}

/** The bin of what is unknown. */
export const UNKNOWN_BIN = 0;

/**
 * The bin of a value between ascending cuts: 1 below the first one, and so on. Values are taken as the 32-bit numbers that
 * training sees, so that a child falls into the same bin in both.
 */
export function binOf(cuts: ArrayLike<number>, value: number): number {
  if (Number.isNaN(value)) return UNKNOWN_BIN;
  const rounded = Math.fround(value);
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cuts[middle]! <= rounded) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Bins that so many cuts make, that of what is unknown included. */
export function binCount(cuts: ArrayLike<number>): number {
  return cuts.length + 2;
}

/**
 * By factor, the bin that a cell of several factors is in: the bins of later ones run faster.
 * @param cuts by factor
 */
export function binsOfCell(cuts: readonly ArrayLike<number>[], cell: number): number[] {
  let rest = cell;
  return cuts
    .toReversed()
    .map((own) => {
      const bin = rest % binCount(own);
      rest = Math.floor(rest / binCount(own));
      return bin;
    })
    .toReversed();
}

/** Log-odds are kept in whole millionths. */
export const MILLIONTHS = 1_000_000;

/**
 * The probability of becoming a client in a year of which the child is a minor for a share, having not been one before; `logOdds`
 * are those of a whole year.
 */
export function hazard(logOdds: number, share: number): number {
  // 1 - (1 - h) ^ share, where 1 - h = 1 / (1 + e^x)
  return -Math.expm1(-share * Math.log1p(Math.exp(logOdds)));
}
