import { createHash } from 'node:crypto';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import { binCount, binOf } from './bins.js';
import { invalidModel, modelFaults } from './modelFaults.js';
import { AGE_FACTOR, type CalibrationBand, type ModelContent } from './modelContent.js';
import { RiskScore } from './riskScore.js';

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
export interface ModelLayout {
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
