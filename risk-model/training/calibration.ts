import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import type { CalibrationBand } from '../model/modelContent.js';
import type { RiskModel } from '../model/riskModel.js';
import type { RiskTable } from './riskTable.js';

const BANDS = 10;
/** A band with fewer children would show chance. */
const FEWEST = 50;
const ROUNDING = 1e6;

/** Probabilities of rows at each horizon: horizon x row. */
export function probabilitiesOf(model: RiskModel, table: RiskTable, rows: Uint32Array): Float64Array[] {
  const columns = model.factors.map(
    (id) => table.columns[table.factors.findIndex((factor) => factor.id === id)]!,
  );
  const probabilities = Array.from({ length: HORIZON_YEARS }, () => new Float64Array(rows.length));
  const values = new Float64Array(columns.length);
  rows.forEach((row, i) => {
    columns.forEach((column, factor) => (values[factor] = column[row]!));
    const exposure = table.exposure.subarray(row * HORIZON_YEARS, (row + 1) * HORIZON_YEARS);
    const score = model.assess(values, exposure);
    for (let year = 1; year <= HORIZON_YEARS; year++) probabilities[year - 1]![i] = score.probability(year);
  });
  return probabilities;
}

/**
 * Whether a child was under observation for a number of years, or until the 18th birthday. It does not matter
 * whether they became a client.
 */
export function isObserved({ exposure, observed }: RiskTable, row: number, years: number): boolean {
  for (let at = row * HORIZON_YEARS; at < row * HORIZON_YEARS + years; at++)
    if (observed[at]! < exposure[at]!) return false;
  return true;
}

/** Whether a child became a client within a number of years. */
export function isClientWithin({ outcome }: RiskTable, row: number, years: number): boolean {
  return outcome[row]! > 0 && outcome[row]! <= years;
}

/** By horizon: bands of about equally many children, sorted by probability. */
export function calibrationBands(model: RiskModel, table: RiskTable, rows: Uint32Array): CalibrationBand[][] {
  return probabilitiesOf(model, table, rows).map((probabilities, year) => {
    const seen = [...rows.keys()]
      .filter((i) => isObserved(table, rows[i]!, year + 1))
      .toSorted((a, b) => probabilities[a]! - probabilities[b]!);
    const count = Math.max(1, Math.min(BANDS, Math.floor(seen.length / FEWEST)));
    const bands: CalibrationBand[] = [];
    let [from, begin] = [0, 0];
    for (let band = 1; band <= count; band++) {
      const end = Math.floor((band * seen.length) / count);
      const until = band === count ? 1 : rounded(probabilities[seen[end]!]!);
      // Children with the same probability share one band.
      if (until <= from) continue;
      const own = seen.slice(begin).filter((i) => probabilities[i]! < until || band === count);
      bands.push({
        from,
        until,
        children: own.length,
        predicted: rounded(mean(own.map((i) => probabilities[i]!))),
        observed: rounded(mean(own.map((i) => (isClientWithin(table, rows[i]!, year + 1) ? 1 : 0)))),
      });
      [from, begin] = [until, begin + own.length];
    }
    return bands;
  });
}

/** By horizon, the 1st .. 99th percentile. */
export function percentilesOf(model: RiskModel, table: RiskTable, rows: Uint32Array): number[][] {
  return probabilitiesOf(model, table, rows).map((probabilities) => {
    const sorted = probabilities.sort();
    return Array.from({ length: 99 }, (_, i) =>
      rounded(sorted[Math.floor((sorted.length * (i + 1)) / 100)]!),
    );
  });
}

function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function rounded(probability: number): number {
  return Math.round(probability * ROUNDING) / ROUNDING;
}
