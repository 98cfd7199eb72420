import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { Cholesky } from '../training/cholesky.js';
import { slopeOfClient } from '../training/hazardFit.js';
import { AGE_BINS, computeChildYears, type RiskTable } from '../training/riskTable.js';

const STEPS = 8;
const RIDGE = 20;

/** Predicted probabilities of rows: horizon x row. */
export type Predictor = (rows: Uint32Array) => Float64Array[];

/**
 * The baseline for comparison: ridge logistic regression of each year's hazard on the standardised log(1 +
 * factor).
 * @param rows the rows to fit on
 */
export function logisticRegression(table: RiskTable, rows: Uint32Array, age: Float32Array): Predictor {
  const prepared = table.columns.map((column) => standardise(column, rows));
  const width = prepared.length;
  const size = HORIZON_YEARS + width;
  const { start, cell, share, event } = computeChildYears(table, rows, age);
  const features = new Float64Array(width);
  const featuresOf = (row: number) => {
    for (let factor = 0; factor < width; factor++) features[factor] = prepared[factor]!(row);
    return features;
  };
  const values = new Float64Array(size).fill(-4, 0, HORIZON_YEARS);
  for (let step = 0; step < STEPS; step++) {
    const information = new Float64Array(size * size);
    const gradient = new Float64Array(size);
    rows.forEach((row, child) => {
      const own = featuresOf(row);
      const logOdds = dot(own, values);
      let [slope, curvature] = [0, 0];
      for (let at = start[child]!; at < start[child + 1]!; at++) {
        const year = Math.floor(cell[at]! / AGE_BINS);
        const none = 1 / (1 + Math.exp(logOdds + values[year]!));
        const s = share[at]! * (1 - none);
        const g = at + 1 === start[child + 1]! && event[child] === 1 ? slopeOfClient(none, share[at]!) : -s;
        slope += g;
        curvature += s * none;
        gradient[year]! += g;
        information[year * size + year]! += s * none;
        for (let factor = 0; factor < width; factor++)
          information[(HORIZON_YEARS + factor) * size + year]! += s * none * own[factor]!;
      }
      for (let factor = 0; factor < width; factor++) {
        gradient[HORIZON_YEARS + factor]! += slope * own[factor]!;
        const scaled = curvature * own[factor]!;
        if (scaled === 0) continue;
        const at = (HORIZON_YEARS + factor) * size + HORIZON_YEARS;
        for (let other = 0; other <= factor; other++) information[at + other]! += scaled * own[other]!;
      }
    });
    for (let at = 0; at < size; at++) {
      const strength = at < HORIZON_YEARS ? 1e-6 : RIDGE;
      information[at * size + at]! += strength;
      gradient[at]! -= at < HORIZON_YEARS ? 0 : strength * values[at]!;
      for (let other = 0; other < at; other++)
        information[other * size + at] = information[at * size + other]!;
    }
    const change = new Cholesky(information, size).solve(gradient);
    const longest = change.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let at = 0; at < size; at++) values[at]! += Math.min(1, 2 / longest) * change[at]!;
  }
  return (asked) => {
    const predictions = Array.from({ length: HORIZON_YEARS }, () => new Float64Array(asked.length));
    asked.forEach((row, i) => {
      const logOdds = dot(featuresOf(row), values);
      let none = 1;
      for (let year = 0; year < HORIZON_YEARS; year++) {
        none *= (1 + Math.exp(logOdds + values[year]!)) ** -table.exposure[row * HORIZON_YEARS + year]!;
        predictions[year]![i] = 1 - none;
      }
    });
    return predictions;
  };
}

function dot(features: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let factor = 0; factor < features.length; factor++)
    sum += features[factor]! * values[HORIZON_YEARS + factor]!;
  return sum;
}

/** By row. Unknown values become the mean, and "never" becomes twice the longest known time. */
function standardise(column: Float32Array, rows: Uint32Array): (row: number) => number {
  let longest = 0;
  for (const row of rows) if (Number.isFinite(column[row])) longest = Math.max(longest, column[row]!);
  const logOf = (value: number) => Math.sign(value) * Math.log1p(Math.min(Math.abs(value), 2 * longest));
  let [sum, squares, known] = [0, 0, 0];
  for (const row of rows) {
    const value = logOf(column[row]!);
    if (Number.isNaN(value)) continue;
    sum += value;
    squares += value * value;
    known++;
  }
  const mean = known === 0 ? 0 : sum / known;
  const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, known) - mean * mean)) || 1;
  return (row) => {
    const value = logOf(column[row]!);
    return Number.isNaN(value) ? 0 : (value - mean) / deviation;
  };
}
