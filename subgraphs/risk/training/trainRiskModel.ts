import { formatDay } from '../../../schema/calendar.js';
import { AGE_FACTOR, type CalibrationBand, MODEL_FORMAT, type ModelContent } from '../model/modelContent.js';
import { MILLIONTHS } from '../model/hazard.js';
import { parseRiskModel, type RiskModel } from '../model/riskModel.js';
import { modelText } from '../model/modelText.js';
import { binFactors } from './binnedFactors.js';
import { calibrationBands, percentilesOf } from './calibration.js';
import { AGE_CUTS, layChildYears } from './childYears.js';
import { chooseTerms } from './chooseTerms.js';
import { type FittedTerms, fitTerms } from './fitTerms.js';
import { pruneTerms } from './pruneTerms.js';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import type { RiskTable } from './riskTable.js';
import { pairCount } from './screenPairs.js';
import { partOf } from './splitFamilies.js';
import { swapFactors } from './swapFactors.js';
import { type Term, termCells } from './term.js';
import { TrainingPool } from './trainingPool.js';
import { lackOfData } from './lackOfData.js';

/** Chosen on validation families (docs/decisions/risk-model.md). */
const CHOICE = {
  limits: { leaves: 3, curvature: 4, gain: 6 },
  rate: 0.15,
  surprise: 5,
  warmUp: 10,
  perYears: 5,
};
/** What a term has to add to twice the log-likelihood, all others making up for it. */
const WORTH = 12;
const RIDGE = 5;
const ROUNDS = 3;
const SWAPS = 2;
const BAGS = 12;

export interface TrainingOptions {
  readonly seed: number;
  /** ISO 8601, UTC: it stands in the model. */
  readonly trainedAt: string;
  /** Of the table's blocks, by index, those that are trained on; by default the first. */
  readonly blocks?: readonly number[];
  /** Threads beside this one for what can be shared out: the model is the same for any number. */
  readonly threads?: number;
  readonly progress?: (step: TrainingStep) => void;
}

export interface TrainingStep {
  readonly doing: 'choosing' | 'fitting';
  /** Terms so far, or bags. */
  readonly done: number;
}

export interface TrainedModel {
  readonly text: string;
  readonly model: RiskModel;
}

/**
 * Trains a model: terms are chosen on training families, the calibration that the model tells is measured on validation families, and
 * the values of the terms are then fitted on both. Test families are not looked at.
 * @throws PolkuError RISK_TABLE_UNFIT
 */
export async function trainRiskModel(table: RiskTable, options: TrainingOptions): Promise<TrainedModel> {
  const { seed, trainedAt, blocks = [0], threads = 0, progress = () => undefined } = options;
  const ids = table.factors.map(({ id }) => id);
  const age = ids.indexOf(AGE_FACTOR);
  const rows = rowsOf(table, blocks, (family) => partOf(seed, family) !== 'test');
  const isTrain = Uint8Array.from(rows, (row) => (partOf(seed, table.family[row]!) === 'train' ? 1 : 0));
  const lack = lackOfData(table, rows, isTrain);
  if (lack !== undefined) throw lack;

  const factors = binFactors(table.columns, rows);
  const childYears = layChildYears(table, rows, table.columns[age]!);
  const pool = new TrainingPool(threads, factors, childYears);
  try {
    const screen = (derivatives: Parameters<TrainingPool['screen']>[0], least: number) =>
      pool.screen(derivatives, least, pairCount(ids.length));
    const choosing = (done: number) => progress({ doing: 'choosing', done });
    let chosen = fitted([]);
    for (let round = 0; round < ROUNDS; round++) {
      const before = round === 0 ? undefined : chosen;
      const terms = await chooseTerms(factors, childYears, isTrain, age, CHOICE, screen, choosing, before);
      chosen = pruned(fitted(terms));
      for (let swap = 0; swap < SWAPS; swap++) {
        const { terms, cells, fitted: values } = chosen;
        chosen = pruned(
          fitted(swapFactors(factors, childYears, isTrain, age, CHOICE.limits, terms, cells, values)),
        );
      }
    }
    const everybody = new Uint8Array(rows.length).fill(1);
    const final = fitTerms(childYears, everybody, chosen.cells, RIDGE);
    const bags = await pool.fitBags(seed, BAGS, chosen.terms, RIDGE, (done) =>
      progress({ doing: 'fitting', done }),
    );

    const facts = {
      seed,
      blocks: blocks.map((block) => formatDay(table.blocks[block]!)),
      splitOver: table.blocks.map(formatDay),
      children: rows.length,
      families: new Set(Array.from(rows, (row) => table.family[row]!)).size,
      clients: childYears.became.reduce((sum, became) => sum + became, 0),
    };
    const assemble = (
      fit: FittedTerms,
      calibration: readonly (readonly CalibrationBand[])[],
      percentiles: readonly (readonly number[])[],
    ): ModelContent => {
      const order = orderOf(chosen.cells, fit);
      const content = contentOf(fit, order);
      const terms = order.map((term) => chosen.terms[term]!);
      return {
        format: MODEL_FORMAT,
        trainedAt,
        training: facts,
        base: content.base,
        years: content.years,
        terms: [
          { factors: [AGE_FACTOR], cuts: [AGE_CUTS], values: content.terms[0]! },
          ...terms.map(({ factors: of, cuts }, i) => ({
            factors: of.map((factor) => ids[factor]!),
            cuts,
            values: content.terms[i + 1]!,
          })),
        ],
        considered: ids.filter(
          (id, factor) => id !== AGE_FACTOR && !terms.some(({ factors: of }) => of.includes(factor)),
        ),
        calibration,
        percentiles,
        bags: bags.map((bag) => contentOf(bag, order)),
      };
    };
    // Of those whom the chosen terms were not fitted on.
    const nothing = Array.from({ length: HORIZON_YEARS }, () => [
      { from: 0, until: 1, children: 0, predicted: 0, observed: 0 },
    ]);
    const none = Array.from({ length: HORIZON_YEARS }, () => new Array<number>(99).fill(0));
    const trained = read(assemble(chosen.fitted, nothing, none));
    const calibration = calibrationBands(
      trained.model,
      table,
      rows.filter((_, i) => isTrain[i] === 0),
    );
    const whole = read(assemble(final, nothing, none));
    return read(assemble(final, calibration, percentilesOf(whole.model, table, rows)));
  } finally {
    await pool.close();
  }

  function fitted(terms: readonly Term[]) {
    const cells = terms.map((term) => termCells(factors, term));
    return { terms, cells, fitted: fitTerms(childYears, isTrain, cells, RIDGE) };
  }

  function pruned({ terms, cells, fitted: fit }: ReturnType<typeof fitted>): ReturnType<typeof fitted> {
    const left = pruneTerms(
      fit,
      terms.map(() => WORTH),
    );
    return left.length === terms.length
      ? { terms, cells, fitted: fit }
      : fitted(left.map((term) => terms[term]!));
  }
}

/** The table's rows of some blocks and families. */
export function rowsOf(
  table: RiskTable,
  blocks: readonly number[],
  takes: (family: number) => boolean,
): Uint32Array {
  return Uint32Array.from(table.family.keys()).filter(
    (row) => blocks.includes(table.block[row]!) && takes(table.family[row]!),
  );
}

/** Terms by what they do to children: the mean size of what they add comes first. */
function orderOf(cells: readonly { readonly cells: Uint16Array }[], { terms }: FittedTerms): number[] {
  const sizes = cells.map(({ cells: of }, term) =>
    of.reduce((sum, cell) => sum + Math.abs(terms[term]![cell]!), 0),
  );
  return [...sizes.keys()].toSorted((a, b) => sizes[b]! - sizes[a]!);
}

/** Values in whole millionths; those of age are relative to the first bins' so that the base is a newborn's. */
function contentOf({ years, ages, terms }: FittedTerms, order: readonly number[]) {
  const whole = (logOdds: number) => Math.round(logOdds * MILLIONTHS) + 0;
  const base = whole(years[0]!);
  return {
    base,
    years: [...years].map((year) => whole(year) - base),
    terms: [[...ages].map(whole), ...order.map((term) => [...terms[term]!].map(whole))],
  };
}

function read(content: ModelContent): TrainedModel {
  const text = modelText(content);
  return { text, model: parseRiskModel(text) };
}
