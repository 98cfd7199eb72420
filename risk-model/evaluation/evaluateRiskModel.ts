import { formatDay, parseDay } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { AGE_FACTOR } from '../model/modelContent.js';
import type { RiskModel } from '../model/riskModel.js';
import { isClientWithin, isObserved, probabilitiesOf } from '../training/calibration.js';
import type { RiskTable } from '../training/riskTable.js';
import { bagWeights, splitOf } from '../training/splitFamilies.js';
import { rowsOfFamilies } from '../training/trainRiskModel.js';
import type {
  BlockEvaluation,
  Estimate,
  GroupEvaluation,
  HorizonEvaluation,
  PlantedTogether,
  Quality,
  RiskEvaluation,
} from './evaluation.js';
import { logisticRegression, type Predictor } from './logisticRegression.js';
import * as metrics from './metrics.js';
import { type Measurement, orderOf, type Predictions } from './metrics.js';

const DRAWS = 200;
const THRESHOLDS = [0.05, 0.1, 0.2, 0.3];
const CURVE = [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];
/** The figures of a group with fewer clients would show chance, and reveal those clients. */
const FEWEST_CLIENTS = 20;
const BEST_ALONE = 20;
/**
 * The share of draws that must define a measure for an interval. The others are not a random sample of the
 * draws.
 */
const LEAST_DEFINED = 0.9;

export interface EvaluationOptions {
  /** Rows x HORIZON_YEARS, the true hazards; NaN: unknown. */
  readonly truth?: Float64Array;
  /** How many bootstrap draws of families the intervals use; 200. */
  readonly draws?: number;
  /**
   * The known interactions of a synthetic city: which circumstances interact, and prefixes of the ids of
   * their factors.
   */
  readonly planted?: {
    readonly together: readonly (readonly string[])[];
    readonly circumstances: Readonly<Record<string, readonly string[]>>;
  };
}

/**
 * Evaluates a model on its test families, which training never used.
 * @throws PolkuError RISK_TABLE_UNFIT if the table lacks a factor of the model, has other dates than those
 * the families were split over, or has no clients among test families
 */
export function evaluateRiskModel(
  model: RiskModel,
  table: RiskTable,
  options: EvaluationOptions = {},
): RiskEvaluation {
  const { seed, blocks } = model.content.training;
  checkTable(model, table);
  const trained = blocks.map((block) => table.blocks.indexOf(parseDay(block)!));
  const age = table.columns[table.factors.findIndex(({ id }) => id === AGE_FACTOR)]!;
  const peer = logisticRegression(
    table,
    rowsOfFamilies(table, trained, (family) => splitOf(seed, family) !== 'test'),
    age,
  );
  const testRows = (block: number) =>
    rowsOfFamilies(table, [block], (family) => splitOf(seed, family) === 'test');
  const first = testRows(trained[0]!);
  const longest = predictionsOf(
    table,
    first,
    probabilitiesOf(model, table, first)[HORIZON_YEARS - 1]!,
    HORIZON_YEARS,
  );
  return {
    modelVersion: model.version,
    modelSha256: model.sha256,
    seed,
    families: new Set(
      Array.from(table.blocks.keys()).flatMap((block) =>
        [...testRows(block)].map((row) => table.family[row]),
      ),
    ).size,
    blocks: table.blocks.map((day, block) =>
      evaluateBlock(
        model,
        table,
        testRows(block),
        peer,
        options.truth,
        formatDay(day),
        trained.includes(block),
        options.draws ?? DRAWS,
      ),
    ),
    groups: evaluateGroups(table, longest),
    decisionCurve: CURVE.map((threshold) => metrics.atThreshold(longest.predictions, threshold)),
    shares: sharesOf(model, table, first),
    alone: aloneOf(table, longest),
    planted: options.planted && recoveryOf(model, options.planted),
  };
}

function checkTable(model: RiskModel, table: RiskTable): void {
  const known = new Set(table.factors.map(({ id }) => id));
  const missing = model.factors.filter((id) => !known.has(id));
  const { splitOver } = model.content.training;
  const dates = table.blocks.map(formatDay);
  if (dates.join() !== splitOver.join())
    throw new PolkuError(
      'RISK_TABLE_UNFIT',
      `The model split families over the children as of ${splitOver.join(', ')}, but this table is as of ${dates.join(', ')}: its test families would be others.`,
      { splitOver, dates },
    );
  if (missing.length === 0) return;
  throw new PolkuError(
    'RISK_TABLE_UNFIT',
    `This model cannot be evaluated on the table: it lacks ${missing.join(', ')}.`,
    { missing },
  );
}

/** Children who were observed for a number of years. */
interface ObservedChildren {
  readonly rows: Uint32Array;
  /** For each of them, its index among the given rows. */
  readonly places: Uint32Array;
  readonly predictions: Predictions;
}

function predictionsOf(
  table: RiskTable,
  rows: Uint32Array,
  probability: Float64Array,
  years: number,
): ObservedChildren {
  const places = Uint32Array.from(rows.keys()).filter((i) => isObserved(table, rows[i]!, years));
  const seen = Uint32Array.from(places, (i) => rows[i]!);
  return {
    rows: seen,
    places,
    predictions: {
      probability: Float64Array.from(places, (i) => probability[i]!),
      event: Uint8Array.from(seen, (row) => (isClientWithin(table, row, years) ? 1 : 0)),
      weight: new Uint8Array(seen.length).fill(1),
    },
  };
}

function evaluateBlock(
  model: RiskModel,
  table: RiskTable,
  rows: Uint32Array,
  peer: Predictor,
  truth: Float64Array | undefined,
  asOf: string,
  trainedOn: boolean,
  draws: number,
): BlockEvaluation {
  const known = truth === undefined ? rows : rows.filter((row) => !Number.isNaN(truth[row * HORIZON_YEARS]));
  const [own, peers] = [probabilitiesOf(model, table, known), peer(known)];
  const oracle = truth && trueProbabilities(truth, known);
  const horizons = Array.from({ length: HORIZON_YEARS }, (_, year) =>
    evaluateHorizon(table, known, year + 1, own[year]!, peers[year]!, oracle?.[year], draws),
  );
  const years = Array.from({ length: HORIZON_YEARS }, (_, year) => {
    let [expected, became] = [0, 0];
    known.forEach((row, i) => {
      const at = row * HORIZON_YEARS + year;
      if (isClientWithin(table, row, year) || !(table.observed[at]! >= table.exposure[at]!)) return;
      const before = year === 0 ? 0 : own[year - 1]![i]!;
      expected += (own[year]![i]! - before) / (1 - before);
      became += table.outcome[row] === year + 1 ? 1 : 0;
    });
    return { year: year + 1, expected, became };
  });
  return { asOf, trainedOn, horizons, years };
}

function trueProbabilities(truth: Float64Array, rows: Uint32Array): Float64Array[] {
  const none = new Float64Array(rows.length).fill(1);
  return Array.from({ length: HORIZON_YEARS }, (_, year) =>
    none
      .map((before, i) => (none[i] = before * (1 - truth[rows[i]! * HORIZON_YEARS + year]!)))
      .map((value) => 1 - value),
  );
}

function evaluateHorizon(
  table: RiskTable,
  rows: Uint32Array,
  years: number,
  own: Float64Array,
  peer: Float64Array,
  oracle: Float64Array | undefined,
  drawn: number,
): HorizonEvaluation {
  const seen = predictionsOf(table, rows, own, years);
  const { predictions, places } = seen;
  const clients = predictions.event.reduce((sum, event) => sum + event, 0);
  if (clients === 0)
    throw new PolkuError(
      'RISK_TABLE_UNFIT',
      `No child in a test family became a client within ${years} years.`,
    );
  const family = Uint32Array.from(seen.rows, (row) => table.family[row]!);
  const draws = Array.from({ length: drawn }, (_, draw) => bagWeights(years, draw, family));
  const at = (probability: Float64Array) => ({
    ...predictions,
    probability: Float64Array.from(places, (i) => probability[i]!),
  });
  const model = qualityOf(predictions, draws);
  const result = {
    years,
    children: seen.rows.length,
    clients,
    model: model.quality,
    logisticRegression: qualityOf(at(peer), draws).quality,
  };
  if (oracle === undefined) return { ...result, oracle: undefined };
  const best = at(oracle);
  const bestQuality = qualityOf(best, draws);
  const truth = best.probability;
  return {
    ...result,
    oracle: {
      quality: bestQuality.quality,
      aucBelow: difference(bestQuality, model, 'auc'),
      logLossAbove: difference(model, bestQuality, 'logLoss'),
      divergence: metrics.meanOf(predictions.weight, (i) =>
        divergence(truth[i]!, predictions.probability[i]!),
      ),
      calibrationError: metrics.calibrationError(predictions, orderOf(predictions.probability), truth),
    },
  };
}

/** The Kullback-Leibler divergence of two Bernoulli distributions (Kullback & Leibler 1951). */
function divergence(truth: number, predicted: number): number {
  const part = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(p / q));
  return part(truth, predicted) + part(1 - truth, 1 - predicted);
}

type Measure = keyof Quality;

const MEASURES: Readonly<Record<Measure, (predictions: Predictions, order: Uint32Array) => Measurement>> = {
  auc: metrics.auc,
  prAuc: metrics.prAuc,
  logLoss: metrics.logLoss,
  brier: metrics.brier,
  calibrationError: (predictions, order) => metrics.calibrationError(predictions, order, predictions.event),
  slope: metrics.calibrationSlope,
};

interface Measured {
  readonly quality: Quality;
  /** By measure: the value over the children themselves, then over each draw of their families. */
  readonly values: Readonly<Record<Measure, readonly Measurement[]>>;
}

function qualityOf(predictions: Predictions, draws: readonly Uint8Array[]): Measured {
  const order = orderOf(predictions.probability);
  const all = [predictions, ...draws.map((weight) => ({ ...predictions, weight }))];
  const values = mapMeasures((measure) => all.map((draw) => MEASURES[measure](draw, order)));
  return { values, quality: mapMeasures((measure) => estimate(values[measure])) };
}

function mapMeasures<Value>(value: (measure: Measure) => Value): Record<Measure, Value> {
  const names = Object.keys(MEASURES) as Measure[];
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Measure, Value>;
}

function difference(more: Measured, less: Measured, measure: Measure): Estimate {
  const other = less.values[measure];
  return estimate(
    more.values[measure].map((value, draw) => {
      const subtracted = other[draw]!;
      return value === null || subtracted === null ? null : value - subtracted;
    }),
  );
}

/** @param values over the children themselves, then over each draw */
function estimate([value, ...draws]: readonly Measurement[]): Estimate {
  const sorted = draws.filter((draw) => draw !== null).toSorted((a, b) => a - b);
  const isBounded = value !== null && sorted.length > 0 && sorted.length >= LEAST_DEFINED * draws.length;
  const at = (share: number) => (isBounded ? sorted[Math.floor(share * (sorted.length - 1))]! : null);
  return { value: value!, from: at(0.025), until: at(0.975) };
}

function evaluateGroups(table: RiskTable, { rows, predictions }: ObservedChildren): GroupEvaluation[] {
  return table.groupings.flatMap(({ name, labels, values }) =>
    labels.flatMap((label, index) => {
      const own = [...rows.keys()].filter((i) => values[rows[i]!] === index);
      const probability = Float64Array.from(own, (i) => predictions.probability[i]!);
      const event = Uint8Array.from(own, (i) => predictions.event[i]!);
      const weight = new Uint8Array(own.length).fill(1);
      const clients = event.reduce((sum, value) => sum + value, 0);
      if (clients < FEWEST_CLIENTS) return [];
      const group: Predictions = { probability, event, weight };
      return {
        grouping: name,
        label,
        children: own.length,
        clients,
        predicted: metrics.meanOf(weight, (i) => probability[i]!),
        observed: clients / own.length,
        auc: metrics.auc(group, orderOf(probability)),
        thresholds: THRESHOLDS.map((threshold) => metrics.atThreshold(group, threshold)),
      };
    }),
  );
}

/**
 * Shares of the variance of the score. The variance of a sum is the sum of its parts' covariances with it.
 */
function sharesOf(model: RiskModel, table: RiskTable, rows: Uint32Array): RiskEvaluation['shares'] {
  const columns = model.factors.map(
    (id) => table.columns[table.factors.findIndex((factor) => factor.id === id)]!,
  );
  const parts = Array.from(rows, (row) => {
    const values = Float64Array.from(columns, (column) => column[row]!);
    const { contributions } = model.assess(
      values,
      table.exposure.subarray(row * HORIZON_YEARS, (row + 1) * HORIZON_YEARS),
    );
    const sums = [0, 0, 0];
    contributions.forEach((value, term) => {
      sums[term === 0 ? 0 : model.terms[term]!.factors.length === 1 ? 1 : 2]! += value;
    });
    return sums;
  });
  const means = [0, 1, 2].map((part) => parts.reduce((sum, own) => sum + own[part]!, 0) / parts.length);
  const covariances = [0, 1, 2].map((part) =>
    parts.reduce((sum, own) => {
      const whole = own.reduce((total, value, i) => total + value - means[i]!, 0);
      return sum + (own[part]! - means[part]!) * whole;
    }, 0),
  );
  const variance = covariances.reduce((sum, value) => sum + value, 0) || 1;
  const [age, alone, together] = covariances.map((value) => value / variance);
  return { age: age!, alone: alone!, together: together! };
}

/** Ranks unknown values below all others. */
function aloneOf(table: RiskTable, { rows, predictions }: ObservedChildren): RiskEvaluation['alone'] {
  return table.factors
    .flatMap(({ id }, factor) => {
      const probability = Float64Array.from(rows, (row) => {
        const value = table.columns[factor]![row]!;
        return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
      });
      const area = metrics.auc({ ...predictions, probability }, orderOf(probability));
      return area === null ? [] : [{ factor: id, auc: Math.max(area, 1 - area) }];
    })
    .toSorted((a, b) => b.auc - a.auc)
    .slice(0, BEST_ALONE);
}

function recoveryOf(model: RiskModel, planted: NonNullable<EvaluationOptions['planted']>): PlantedTogether[] {
  return planted.together.map((circumstances) => ({
    circumstances,
    terms: model.terms
      .map(({ factors }) => factors)
      .filter(
        (factors) =>
          factors.length === circumstances.length &&
          circumstances.every((circumstance) =>
            factors.some((factor) =>
              planted.circumstances[circumstance]!.some((beginning) => factor.startsWith(beginning)),
            ),
          ),
      ),
  }));
}
