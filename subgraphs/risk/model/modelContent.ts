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

export interface BagContent {
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

export interface TrainingFacts {
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
