import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { parquetRows, sqlPath } from '../../lib/duckdb.js';
import { TRUTH } from '../protection/truth.js';

/** Rows of an answer, as JavaScript values. */
type Row = Readonly<Record<string, number | string | null>>;

/** The exports of a synthetic city as tables for queries. */
export class CityDatabase {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  /**
   * Reads the exports in a folder. Rows that the registries would reject are left out if that is easy. They
   * are 0.3 % of the rows and change no figure that is shown.
   */
  static async open(source: string): Promise<CityDatabase> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const database = new CityDatabase(instance, connection);
    for (const statement of tables(source)) await connection.run(statement);
    return database;
  }

  async rows(sql: string): Promise<readonly Row[]> {
    const reader = await this.connection.runAndReadAll(sql);
    return reader.getRowObjectsJson() as unknown as readonly Row[];
  }

  /** The answer of a query with a single number. */
  async number(sql: string): Promise<number> {
    const [row] = await this.rows(sql);
    return Number(Object.values(row ?? {})[0]);
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/**
 * persons(id, birth, sex, language), residences(person, home, start, until), memberships(person, family,
 * parent, start, until), health(person, year, service, visits), doctor(diagnosis, visits), social(person,
 * year, service, contacts), support(person, month), protection(person, step, start, until),
 * enrolments(person, service, start, until), attendance(person, year, months), and truth as it is written;
 * `until` is 31.12.2016 if something has not ended.
 */
function tables(source: string): readonly string[] {
  const csv = (file: string, separator = ',') =>
    `read_csv(${sqlPath(join(source, file))}, hive_partitioning = false, all_varchar = true, header = true, delim = '${separator}', quote = '"', ignore_errors = true)`;
  const parquet = (file: string) => parquetRows(join(source, file));
  const until = (column: string) => `coalesce(try_cast(${column} AS DATE), DATE '2016-12-31')`;
  const digits = 'henkilotunnus[1:6] || henkilotunnus[8:10]';
  const check = `henkilotunnus[11] = substr('0123456789ABCDEFHJKLMNPRSTUVWXY', (try_cast(${digits} AS BIGINT) % 31 + 1)::INTEGER, 1)`;
  const finnish = `try_strptime(ALKUPVM, '%d.%m.%Y')`;
  return [
    `CREATE TABLE persons AS
       SELECT row_number() OVER () AS id, * FROM (
         SELECT henkilotunnus AS code, min(try_cast(syntymapaiva AS DATE)) AS birth, any_value(sukupuoli) AS sex,
           any_value(aidinkieli) AS language
         FROM ${csv('population/henkilot.csv')} WHERE ${check} AND try_cast(syntymapaiva AS DATE) IS NOT NULL
         GROUP BY henkilotunnus)`,
    `CREATE TABLE codes AS SELECT code, id FROM persons
       UNION ALL SELECT vanha, id FROM ${csv('population/tunnusmuutokset.csv')} JOIN persons ON uusi = code`,
    `CREATE TABLE residences AS
       SELECT id AS person, katuosoite || osa_alue AS home, try_cast(alku AS DATE) AS start, ${until('loppu')} AS until
       FROM ${csv('population/asuminen.csv')} JOIN codes ON henkilotunnus = code WHERE try_cast(alku AS DATE) IS NOT NULL`,
    `CREATE TABLE memberships AS
       SELECT id AS person, perhetunnus AS family, rooli = 'vanhempi' AS parent, try_cast(alku AS DATE) AS start, ${until('loppu')} AS until
       FROM ${csv('population/perheet.csv')} JOIN codes ON henkilotunnus = code WHERE try_cast(alku AS DATE) IS NOT NULL`,
    `CREATE TABLE health AS
       SELECT id AS person, year(${finnish}) AS year, PALVELU AS service, count(*)::INTEGER AS visits
       FROM ${csv('health/kaynnit.csv', ';')} JOIN codes ON HETU = code WHERE ${finnish} IS NOT NULL GROUP BY ALL`,
    `CREATE TABLE doctor AS
       SELECT DIAGNOOSI AS diagnosis, count(*) AS visits FROM ${csv('health/kaynnit.csv', ';')} WHERE PALVELU = 'T11' GROUP BY ALL`,
    `CREATE TABLE social AS
       SELECT id AS person, year(try_cast(start_date AS DATE)) AS year, service, count(*)::INTEGER AS contacts
       FROM ${csv('social/contacts.csv')} JOIN codes ON client_code = code WHERE try_cast(start_date AS DATE) IS NOT NULL GROUP BY ALL`,
    `CREATE TABLE support AS
       SELECT DISTINCT id AS person, try_cast(month || '-01' AS DATE) AS month
       FROM ${csv('social/income_support.csv')} JOIN codes ON client_code = code WHERE try_cast(month || '-01' AS DATE) IS NOT NULL`,
    `CREATE TABLE protection AS
       SELECT id AS person, step, try_cast(start_date AS DATE) AS start, ${until('end_date')} AS until
       FROM ${csv('social/child_protection.csv')} JOIN codes ON client_code = code WHERE try_cast(start_date AS DATE) IS NOT NULL`,
    `CREATE TABLE enrolments AS
       SELECT id AS person, service, start_date AS start, ${until('end_date')} AS until
       FROM ${parquet('education/enrolments.parquet')} JOIN codes ON child_code = code`,
    `CREATE TABLE attendance AS
       SELECT id AS person, year(month) AS year, count(*)::INTEGER AS months
       FROM ${parquet('education/attendance.parquet')} JOIN codes ON child_code = code GROUP BY ALL`,
    `CREATE TABLE truth AS SELECT * FROM ${parquet(`${TRUTH}/childProtection.parquet`)}`,
  ];
}

/**
 * Children of both blocks who lived in the city for so many years, or until their 18th birthday. `need` is
 * the true probability of becoming a client within these years.
 */
function observed(years: number): string {
  const none = Array.from({ length: years }, (_, index) => `(1 - h_${index + 1})`).join(' * ');
  return `(
    SELECT truth.*, 1 - ${none} AS need,
      (client_from IS NOT NULL AND outcome_year <= ${years}) AS became
    FROM truth JOIN persons ON identity_code = code
    WHERE at_risk_until >= least(block_date + INTERVAL ${years} YEAR, birth + INTERVAL 18 YEAR - INTERVAL 1 DAY))`;
}

/**
 * Area under the ROC curve of a column of the truth as a prediction (Mann and Whitney 1947; ties count half).
 */
export async function syntheticAuc(database: CityDatabase, column: string, years: number): Promise<number> {
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
      auc: await syntheticAuc(database, 'need', years),
      expected: Number(row?.['expected']),
      became: Number(row?.['became']),
    });
  }
  return rows;
}
