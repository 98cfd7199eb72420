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

/** A model that foretells, for one child at a time, in which year need will first become a clientship of child protection. */
export class RiskModel {
  /** The day on which it was trained, and the beginning of the SHA-256 of its file. */
  readonly version: string;
  /** Ids, in the order in which `assess` takes values. */
  readonly factors: readonly string[];
  /** Laid out for reckoning. */
  readonly layout: ModelLayout;

  constructor(
    readonly content: ModelContent,
    /** Of the file's text. */
    readonly sha256: string,
  ) {
    this.version = `${content.trainedAt.slice(0, 10)}-${sha256.slice(0, 8)}`;
    this.factors = [...new Set(content.terms.flatMap(({ factors }) => factors))];
    this.layout = layOut(content, this.factors);
  }

  /** What adds to a score: one factor, or up to three that count together. */
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

/** Values of the model and of its bags, one after the other for each bin, so that a child's are near each other in memory. */
interface ModelLayout {
  /** Bags and, before them, the model itself. */
  readonly width: number;
  /** Cell x `width`. */
  readonly values: Int32Array;
  /** `width`, and year x `width`. */
  readonly bases: Int32Array;
  readonly years: Int32Array;
  readonly terms: readonly TermLayout[];
  /** Where the child's age stands among the values. */
  readonly age: number;
}

interface TermLayout {
  /** Places of its factors among the values, and where each is cut. */
  readonly factors: readonly number[];
  readonly cuts: readonly Float64Array[];
  /** Its first cell. */
  readonly start: number;
}

function layOut(content: ModelContent, factors: readonly string[]): ModelLayout {
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

/** Lists of numbers, and objects without lists or objects in them, are written in a line. */
const LEAF = /\[[\s\d.,eE+-]*\]|\{[^[\]{}]*\}/g;

/** The text of a model's file: JSON with a list a line, in which a reviewer finds what changed. */
export function modelText(content: ModelContent): string {
  const text = JSON.stringify(content, undefined, 1);
  return `${text.replaceAll(LEAF, (leaf) => leaf.replaceAll(/\s*\n\s*/g, ' '))}\n`;
}
