import { formatDay } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import {
  AGE_FACTOR,
  type CalibrationBand,
  MILLIONTHS,
  MODEL_FORMAT,
  type ModelContent,
} from '../model/modelContent.js';
import { modelText, parseRiskModel, type RiskModel } from '../model/riskModel.js';
import { binFactors } from './binnedFeatures.js';
import { calibrationBands, percentilesOf } from './calibration.js';
import type { FittedTerms, LearntTerms } from './fitTerms.js';
import { learnTerms } from './learnTerms.js';
import { AGE_CUTS, computeChildYears, type RiskTable } from './riskTable.js';
import { splitOf } from './splitFamilies.js';
import { TrainingPool } from './trainingPool.js';

const BAGS = 12;

interface TrainingOptions {
  readonly seed: number;
  /** ISO 8601, UTC; stored in the model. */
  readonly trainedAt: string;
  /** The blocks to train on, by index; the first by default. */
  readonly blocks?: readonly number[];
  /** The number of additional threads. The model is the same for any number. */
  readonly threads?: number;
  readonly progress?: (step: TrainingStep) => void;
}

export interface TrainingStep {
  /**
   * First it learns from training families only, then from all but test families, then from bootstrap draws
   * of these.
   */
  readonly doing: 'trying' | 'choosing' | 'fitting';
  /** Terms so far, or bags. */
  readonly done: number;
}

interface TrainedModel {
  readonly text: string;
  readonly model: RiskModel;
}

/**
 * Trains a model twice. The first training uses training families only, and validation families measure its
 * calibration. The second training uses both, and its result is the model. Test families are not used.
 * @throws PolkuError RISK_TABLE_UNFIT
 */
export async function trainRiskModel(table: RiskTable, options: TrainingOptions): Promise<TrainedModel> {
  const { seed, trainedAt, blocks = [0], threads = 0, progress = () => undefined } = options;
  const ids = table.factors.map(({ id }) => id);
  const age = ids.indexOf(AGE_FACTOR);
  const rows = rowsOfFamilies(table, blocks, (family) => splitOf(seed, family) !== 'test');
  const isTrain = Uint8Array.from(rows, (row) => (splitOf(seed, table.family[row]!) === 'train' ? 1 : 0));
  const lack = lackOfData(table, rows, isTrain);
  if (lack !== undefined) throw lack;

  const factors = binFactors(table.columns, rows);
  const childYears = computeChildYears(table, rows, table.columns[age]!);
  const pool = new TrainingPool(threads, factors, childYears);
  try {
    const learn = (doing: TrainingStep['doing'], weights: Uint8Array) =>
      learnTerms(pool, weights, age, (done) => progress({ doing, done }));
    const tried = await learn('trying', isTrain);
    const chosen = await learn('choosing', new Uint8Array(rows.length).fill(1));
    const bags = await pool.fitBags(seed, BAGS, chosen.terms, (done) => progress({ doing: 'fitting', done }));

    const facts = {
      seed,
      blocks: blocks.map((block) => formatDay(table.blocks[block]!)),
      splitOver: table.blocks.map(formatDay),
      children: rows.length,
      families: new Set(Array.from(rows, (row) => table.family[row]!)).size,
      clients: childYears.event.reduce((sum, event) => sum + event, 0),
    };
    const assemble = (
      learnt: LearntTerms,
      drawn: readonly FittedTerms[],
      calibration: readonly (readonly CalibrationBand[])[],
      percentiles: readonly (readonly number[])[],
    ): ModelContent => {
      const order = orderOf(learnt);
      const content = contentOf(learnt.fitted, order);
      const terms = order.map((term) => learnt.terms[term]!);
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
        bags: drawn.map((bag) => contentOf(bag, order)),
      };
    };
    const calibration = calibrationBands(
      uncalibrated(tried),
      table,
      // The children that were not trained on.
      rows.filter((_, i) => isTrain[i] === 0),
    );
    return read(assemble(chosen, bags, calibration, percentilesOf(uncalibrated(chosen), table, rows)));

    /** A model without its calibration and percentiles, which are computed from its predictions. */
    function uncalibrated(learnt: LearntTerms): RiskModel {
      const bands = Array.from({ length: HORIZON_YEARS }, () => [
        { from: 0, until: 1, children: 0, predicted: 0, observed: 0 },
      ]);
      const percentiles = Array.from({ length: HORIZON_YEARS }, () => new Array<number>(99).fill(0));
      return read(assemble(learnt, [learnt.fitted, learnt.fitted], bands, percentiles)).model;
    }
  } finally {
    await pool.close();
  }
}

/** The table's rows of some blocks and families. */
export function rowsOfFamilies(
  table: RiskTable,
  blocks: readonly number[],
  includes: (family: number) => boolean,
): Uint32Array {
  return Uint32Array.from(table.family.keys()).filter(
    (row) => blocks.includes(table.block[row]!) && includes(table.family[row]!),
  );
}

/** Terms by the mean size of their effect on children, largest first. */
function orderOf({ cells, fitted }: LearntTerms): number[] {
  const sizes = cells.map(({ cells: of }, term) =>
    of.reduce((sum, cell) => sum + Math.abs(fitted.terms[term]![cell]!), 0),
  );
  return [...sizes.keys()].toSorted((a, b) => sizes[b]! - sizes[a]!);
}

/**
 * Values in whole millionths. Age values are relative to the first bin, so that the base is that of a
 * newborn.
 */
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

/** With fewer clients nothing can be learnt, and the result would reveal them. */
const FEWEST_CLIENTS = 20;

/** Why a model cannot be trained on a table; undefined if it can. */
function lackOfData(table: RiskTable, rows: Uint32Array, isTrain: Uint8Array): PolkuError | undefined {
  if (!table.factors.some(({ id }) => id === AGE_FACTOR))
    return new PolkuError(
      'RISK_TABLE_UNFIT',
      `The table has no factor ${AGE_FACTOR}, which every model needs.`,
    );
  const clients = rows.filter((row, i) => isTrain[i] === 1 && table.outcome[row]! > 0).length;
  if (clients >= FEWEST_CLIENTS && isTrain.includes(0)) return undefined;
  return new PolkuError(
    'RISK_TABLE_UNFIT',
    `A model needs ${FEWEST_CLIENTS} children in training families who became clients, and some children in validation families; there are ${clients} such clients. ` +
      'Take more blocks, or a larger city.',
    { clients },
  );
}
