import type { CityDatabase } from './cityDatabase.js';

/**
 * Children of both blocks who lived in the city for so many years, or until their 18th birthday. `need` is the true probability of becoming a client within these years.
 */
function observed(years: number): string {
  const none = Array.from({ length: years }, (_, index) => `(1 - h_${index + 1})`).join(' * ');
  return `(
    SELECT truth.*, 1 - ${none} AS need,
      (client_from IS NOT NULL AND outcome_year <= ${years}) AS became
    FROM truth JOIN persons ON identity_code = code
    WHERE at_risk_until >= least(block_date + INTERVAL ${years} YEAR, birth + INTERVAL 18 YEAR - INTERVAL 1 DAY))`;
}

/** Area under the ROC curve of a column of the truth as a prediction (Mann and Whitney 1947; ties count half). */
export async function auc(database: CityDatabase, column: string, years: number): Promise<number> {
  return database.number(`
    SELECT sum(ones * (zeros_below + zeros / 2)) / (sum(ones) * sum(zeros)) FROM (
      SELECT ones, zeros, sum(zeros) OVER (ORDER BY value) - zeros AS zeros_below FROM (
        SELECT ${column} AS value, count(*) FILTER (became)::DOUBLE AS ones, count(*) FILTER (NOT became)::DOUBLE AS zeros
        FROM ${observed(years)} GROUP BY value))`);
}

export interface Calibration {
  readonly years: number;
  readonly children: number;
  readonly auc: number;
  /** Mean true need, and the share that became clients, in percent. */
  readonly expected: number;
  readonly became: number;
}

/** How good the best possible prediction is, by years ahead. */
export async function oracle(database: CityDatabase): Promise<readonly Calibration[]> {
  const rows: Calibration[] = [];
  for (let years = 1; years <= 5; years++) {
    const [row] = await database.rows(
      `SELECT count(*) AS children, 100 * avg(need) AS expected, 100 * avg(became::INT) AS became FROM ${observed(years)}`,
    );
    rows.push({
      years,
      children: Number(row?.['children']),
      auc: await auc(database, 'need', years),
      expected: Number(row?.['expected']),
      became: Number(row?.['became']),
    });
  }
  return rows;
}
