import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import { binOf } from './bins.js';
import { hazard, MILLIONTHS } from './hazard.js';
import type { CalibrationBand } from './modelContent.js';
import type { RiskModel } from './riskModel.js';

/** Half of a normal distribution's middle 95 %, in standard deviations. */
const Z_95 = 1.96;
/** An interval is drawn on log-odds; nothing is foretold more surely than this. */
const MOST_SURE = 1e-9;

/** What a model says of one child. Log-odds are whole millionths, those of the first year. */
export class RiskScore {
  /** What every child has, before anything is known. */
  readonly base: number;
  /** By the model's terms, what each adds; with `base` they sum to `score`. */
  readonly contributions: Int32Array;
  readonly score: number;

  /** @param cells by term, the cell of the model's layout that the child is in */
  constructor(
    private readonly model: RiskModel,
    private readonly cells: Int32Array,
    private readonly age: number,
    private readonly exposure: ArrayLike<number>,
  ) {
    const { width, values, bases } = model.layout;
    this.base = bases[0]!;
    this.contributions = new Int32Array(cells.length);
    let score = this.base;
    for (let term = 0; term < cells.length; term++) {
      score += this.contributions[term] = values[cells[term]! * width]!;
    }
    this.score = score;
  }

  /** The probability of becoming a client within so many years, 1 to 5. */
  probability(horizonYears: number): number {
    return this.#probabilityOf(0, this.score, horizonYears);
  }

  /**
   * Where the probability lies with 95 % confidence, as far as another draw of families would have moved the model: a normal
   * interval of the log-odds, as wide as the bags differ. What no family shows, it does not cover.
   */
  interval(horizonYears: number): [from: number, until: number] {
    const { width, values, bases } = this.model.layout;
    const logOdds: number[] = [];
    for (let bag = 1; bag < width; bag++) {
      let score = bases[bag]!;
      for (const cell of this.cells) score += values[cell * width + bag]!;
      logOdds.push(logit(this.#probabilityOf(bag, score, horizonYears)));
    }
    const mean = logOdds.reduce((sum, value) => sum + value, 0) / logOdds.length;
    const squares = logOdds.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const half = Z_95 * Math.sqrt(squares / (logOdds.length - 1));
    const middle = logit(this.probability(horizonYears));
    return [expit(middle - half), expit(middle + half)];
  }

  /** How many percent of the children of training had a lower probability than this, or another: 0 to 99. */
  percentile(horizonYears: number, probability = this.probability(horizonYears)): number {
    const percentiles = this.model.content.percentiles[horizonYears - 1]!;
    const above = percentiles.findIndex((value) => probability < value);
    return above < 0 ? percentiles.length : above;
  }

  /** How children of about this probability, or another, fared whose families the model was not fitted on. */
  band(horizonYears: number, probability = this.probability(horizonYears)): CalibrationBand {
    const bands = this.model.calibration[horizonYears - 1]!;
    return bands.find(({ until }) => probability < until) ?? bands.at(-1)!;
  }

  /** @param at 0: the model; from 1: its bags */
  #probabilityOf(at: number, score: number, horizonYears: number): number {
    if (!(Number.isInteger(horizonYears) && horizonYears >= 1 && horizonYears <= HORIZON_YEARS))
      throw new RangeError(`Expected a horizon of 1 to ${HORIZON_YEARS} whole years, got ${horizonYears}.`);
    const { width, values, years, terms } = this.model.layout;
    const { cuts, start } = terms[0]!;
    const ageNow = values[this.cells[0]! * width + at]!;
    let none = 1;
    for (let year = 0; year < horizonYears; year++) {
      const attained = values[(start + binOf(cuts[0]!, this.age + year)) * width + at]!;
      const logOdds = score + years[year * width + at]! + attained - ageNow;
      none *= 1 - hazard(logOdds / MILLIONTHS, this.exposure[year]!);
    }
    return 1 - none;
  }
}

function logit(probability: number): number {
  const within = Math.min(Math.max(probability, MOST_SURE), 1 - MOST_SURE);
  return Math.log(within / (1 - within));
}

function expit(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
