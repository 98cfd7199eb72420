import { createHash } from 'node:crypto';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import {
  AGE_FACTOR,
  binCount,
  binOf,
  type CalibrationBand,
  hazard,
  MILLIONTHS,
  type ModelContent,
} from './modelContent.js';
import { invalidModel, modelFaults } from './modelFaults.js';

/**
 * Reads the text of a model file.
 * @throws PolkuError RISK_MODEL_INVALID, with every fault
 */
export function parseRiskModel(text: string): RiskModel {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw invalidModel(['it is not JSON'], cause);
  }
  const faults = modelFaults(content);
  if (faults.length > 0) throw invalidModel(faults);
  return new RiskModel(content as ModelContent, createHash('sha256').update(text).digest('hex'));
}

/** Predicts, for one child at a time, in which year the child first becomes a client of child protection. */
export class RiskModel {
  /** The day of training, and the beginning of the SHA-256 of the file. */
  readonly version: string;
  /** Ids, in the order in which `assess` expects values. */
  readonly factors: readonly string[];
  /** The content as arrays, for fast scoring. */
  readonly layout: ModelLayout;

  constructor(
    readonly content: ModelContent,
    /** Of the file's text. */
    readonly sha256: string,
  ) {
    this.version = `${content.trainedAt.slice(0, 10)}-${sha256.slice(0, 8)}`;
    this.factors = [...new Set(content.terms.flatMap(({ factors }) => factors))];
    this.layout = layoutOf(content, this.factors);
  }

  /** The terms of a score: single factors, or interactions of up to three. */
  get terms(): readonly { readonly factors: readonly string[] }[] {
    return this.content.terms;
  }

  /** By horizon, from 1 year: bands of the probability, on families that the model was not fitted on. */
  get calibration(): readonly (readonly CalibrationBand[])[] {
    return this.content.calibration;
  }

  get trainedAt(): string {
    return this.content.trainedAt;
  }

  /**
   * Assesses one child.
   * @param values by `factors`; NaN: unknown, Infinity: never
   * @param exposure by year, the share that lies before the 18th birthday
   */
  assess(values: Float64Array, exposure: ArrayLike<number>): RiskScore {
    const { terms } = this.layout;
    const cells = new Int32Array(terms.length);
    for (let i = 0; i < terms.length; i++) {
      const { factors, cuts, start } = terms[i]!;
      let cell = 0;
      for (let k = 0; k < factors.length; k++)
        cell = cell * binCount(cuts[k]!) + binOf(cuts[k]!, values[factors[k]!]!);
      cells[i] = start + cell;
    }
    return new RiskScore(this, cells, values[this.layout.age]!, exposure);
  }
}

/**
 * The values of the model and of its bags. The values of one bin are adjacent, so a child's values are near
 * each other in memory.
 */
interface ModelLayout {
  /** The number of bags, plus 1 for the model itself, which comes first. */
  readonly width: number;
  /** Cell x `width`. */
  readonly values: Int32Array;
  /** `width`, and year x `width`. */
  readonly bases: Int32Array;
  readonly years: Int32Array;
  readonly terms: readonly TermLayout[];
  /** The index of the child's age among the values. */
  readonly age: number;
}

interface TermLayout {
  /** The indexes of its factors among the values, and the cuts of each. */
  readonly factors: readonly number[];
  readonly cuts: readonly Float64Array[];
  /** Its first cell. */
  readonly start: number;
}

function layoutOf(content: ModelContent, factors: readonly string[]): ModelLayout {
  const all = [content, ...content.bags.map((bag) => ({ ...bag, terms: bag.terms.map(asTerm) }))];
  const width = all.length;
  const terms: TermLayout[] = [];
  let start = 0;
  for (const { factors: of, cuts, values } of content.terms) {
    terms.push({
      factors: of.map((factor) => factors.indexOf(factor)),
      cuts: cuts.map((list) => Float64Array.from(list)),
      start,
    });
    start += values.length;
  }
  const values = new Int32Array(start * width);
  const bases = new Int32Array(width);
  const years = new Int32Array(HORIZON_YEARS * width);
  all.forEach((model, at) => {
    bases[at] = model.base;
    model.years.forEach((value, year) => (years[year * width + at] = value));
    model.terms.forEach(({ values: own }, term) =>
      own.forEach((value, bin) => (values[(terms[term]!.start + bin) * width + at] = value)),
    );
  });
  return { width, values, bases, years, terms, age: factors.indexOf(AGE_FACTOR) };
}

function asTerm(values: readonly number[]): { readonly values: readonly number[] } {
  return { values };
}

/** Half of a normal distribution's middle 95 %, in standard deviations. */
const Z_95 = 1.96;
/** Probabilities are clamped to this distance from 0 and 1, because the interval is computed on log-odds. */
const MOST_SURE = 1e-9;

/** The score of one child. Log-odds are whole millionths, for the first year. */
export class RiskScore {
  /** The starting log-odds, the same for every child. */
  readonly base: number;
  /** By the model's terms; with `base` they add up to `score`. */
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

  /** The probability of becoming a client within a number of years, 1 to 5. */
  probability(horizonYears: number): number {
    return this.#probabilityOf(0, this.score, horizonYears);
  }

  /**
   * The 95 % interval of the probability under another draw of training families: a normal interval on the
   * log-odds, with the deviation of the bags. It does not cover errors that all families share.
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

  /**
   * The percentage of training children with a lower probability than this score, or than a given one: 0 to
   * 99.
   */
  percentile(horizonYears: number, probability = this.probability(horizonYears)): number {
    const percentiles = this.model.content.percentiles[horizonYears - 1]!;
    const above = percentiles.findIndex((value) => probability < value);
    return above < 0 ? percentiles.length : above;
  }

  /** The calibration band of this score's probability, or of a given one. */
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

/** Lists of numbers, and objects without lists or objects in them, are written in one line. */
const LEAF = /\[[\s\d.,eE+-]*\]|\{[^[\]{}]*\}/g;

/** The text of a model file: JSON with one list per line, so that a diff shows a reviewer what changed. */
export function modelText(content: ModelContent): string {
  const text = JSON.stringify(content, undefined, 1);
  return `${text.replaceAll(LEAF, (leaf) => leaf.replaceAll(/\s*\n\s*/g, ' '))}\n`;
}
