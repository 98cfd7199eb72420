/** The format that a model file must declare. */
export const MODEL_FORMAT = 'polku-risk-model/1';

/** The factor that age is read from: whole years at the date. */
export const AGE_FACTOR = 'population.child.age';

/**
 * The content of a model file: plain JSON, so that a reviewer can read everything the model does. Log-odds
 * are whole millionths, so contributions add up to the score exactly, in any order.
 */
export interface ModelContent {
  readonly format: typeof MODEL_FORMAT;
  /** ISO 8601, UTC. */
  readonly trainedAt: string;
  readonly training: TrainingFacts;
  /** Log-odds of the first year for a child whose terms are all 0. */
  readonly base: number;
  /** By year, the difference from the first year's log-odds; the first is 0. */
  readonly years: readonly number[];
  /** The term of `AGE_FACTOR` comes first. It uses the age attained by the beginning of each year. */
  readonly terms: readonly TermContent[];
  /** Factors that were considered and have no effect. */
  readonly considered: readonly string[];
  /** By horizon, from 1 year; bands are sorted by probability. */
  readonly calibration: readonly (readonly CalibrationBand[])[];
  /** By horizon, from 1 year: the 1st .. 99th percentile of the probability among the training children. */
  readonly percentiles: readonly (readonly number[])[];
  /**
   * The bootstrap models: each is fitted on families drawn with replacement. Their spread is the uncertainty
   * of this model.
   */
  readonly bags: readonly BagContent[];
}

/** A term: one factor, or an interaction of up to three. */
export interface TermContent {
  readonly factors: readonly string[];
  /** By factor, ascending. A value belongs to the bin after the last cut that is not greater. */
  readonly cuts: readonly (readonly number[])[];
  /** By bin; bin 0 is for unknown values. With several factors, the bins of later factors vary fastest. */
  readonly values: readonly number[];
}

interface BagContent {
  readonly base: number;
  readonly years: readonly number[];
  /** By term, as `values`. */
  readonly terms: readonly (readonly number[])[];
}

/** Predicted and observed shares in one band, among children whose families the model was not fitted on. */
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
  /** The ISO dates that the children's factors refer to. */
  readonly blocks: readonly string[];
  /**
   * All ISO dates over which families were joined before they were split. People move between families, so a
   * table of other dates has other families, and other test families.
   */
  readonly splitOver: readonly string[];
  readonly children: number;
  readonly families: number;
  /** Children who became clients in a year in which they were observed. */
  readonly clients: number;
}

/** The bin for unknown values. */
export const UNKNOWN_BIN = 0;

/**
 * The bin of a value between ascending cuts: 1 below the first one, and so on. Values are rounded to the
 * 32-bit floats that training uses, so that a child falls into the same bin in both.
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

/** The number of bins for these cuts, including the one for unknown values. */
export function binCount(cuts: ArrayLike<number>): number {
  return cuts.length + 2;
}

/**
 * By factor, the bin of a cell of several factors. The bins of later factors vary fastest.
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

/** The unit of stored log-odds. */
export const MILLIONTHS = 1_000_000;

/**
 * The probability that a child who was no client before becomes one in a year. `share` is the part of the
 * year in which the child is a minor; `logOdds` are those of a whole year.
 */
export function hazard(logOdds: number, share: number): number {
  // 1 - (1 - h) ^ share, where 1 - h = 1 / (1 + e^x)
  return -Math.expm1(-share * Math.log1p(Math.exp(logOdds)));
}
