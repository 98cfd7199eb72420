import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlName } from '../../lib/duckdb.js';
import type { PermitTable } from './permitTables.js';

/** Classes and values of fewer persons than this are pointed out, as is customary for data on health. */
export const SMALLEST_CLASS = 5;

/** How many persons share the values of one column. Values themselves are not repeated. */
interface ColumnCheck {
  /** Rows with a value. */
  readonly filled: number;
  /** Different values. */
  readonly values: number;
  /** The fewest persons that share a value; null: the column is empty. */
  readonly smallest: number | null;
  /** Values that fewer than {@link SMALLEST_CLASS} persons share. */
  readonly rare: number;
}

/** What the second person looks at before one file of an extract is released. */
interface TableCheck {
  readonly rows: number;
  readonly persons: number;
  readonly columns: Readonly<Record<string, ColumnCheck>>;
  /**
   * How well persons hide among each other by the quasi-identifiers of the table together (k-anonymity:
   * Sweeney 2002); null: it has none, or no rows.
   */
  readonly anonymity: {
    readonly columns: readonly string[];
    /** The fewest persons who share a combination. */
    readonly k: number;
    /** Persons with a combination that fewer than {@link SMALLEST_CLASS} persons share. */
    readonly exposed: number;
  } | null;
}

/** The output check of an extract: file -> what is in it. */
export type OutputCheck = Readonly<Record<string, TableCheck>>;

/**
 * Checks a table that DuckDB holds under the name of its type.
 * @param quasi whether a coordinate is a quasi-identifier by its owner's policy
 */
export async function checkTable(
  connection: DuckDBConnection,
  { type, columns }: PermitTable,
  quasi: (coordinate: string) => boolean,
): Promise<TableCheck> {
  const table = sqlName(type);
  const [size] = await readCounts(
    connection,
    `SELECT count(*) AS n, count(DISTINCT person) AS persons FROM ${table}`,
  );
  const checks: Record<string, ColumnCheck> = {};
  for (const { name } of columns) checks[name] = await checkColumn(connection, table, sqlName(name));
  const identifying = columns.filter(({ coordinate }) => quasi(coordinate)).map(({ name }) => name);
  return {
    rows: size!['n']!,
    persons: size!['persons']!,
    columns: checks,
    anonymity:
      identifying.length > 0 && size!['n']! > 0
        ? { columns: identifying, ...(await anonymityOf(connection, table, identifying.map(sqlName))) }
        : null,
  };
}

async function checkColumn(
  connection: DuckDBConnection,
  table: string,
  column: string,
): Promise<ColumnCheck> {
  const [counts] = await readCounts(
    connection,
    `SELECT coalesce(sum(filled), 0) AS filled, count(*) AS values, min(persons) AS smallest,
       count(*) FILTER (persons < ${SMALLEST_CLASS}) AS rare
     FROM (SELECT count(*) AS filled, count(DISTINCT person) AS persons FROM ${table}
       WHERE ${column} IS NOT NULL GROUP BY ${column})`,
  );
  const { filled, values, smallest, rare } = counts!;
  return { filled: filled!, values: values!, smallest: smallest ?? null, rare: rare! };
}

async function anonymityOf(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
): Promise<{ readonly k: number; readonly exposed: number }> {
  const same = columns.map((column) => `t.${column} IS NOT DISTINCT FROM c.${column}`).join(' AND ');
  const [counts] = await readCounts(
    connection,
    `WITH c AS (SELECT ${columns.join(', ')}, count(DISTINCT person) AS persons FROM ${table} GROUP BY ALL)
     SELECT (SELECT min(persons) FROM c) AS k,
       (SELECT count(DISTINCT t.person) FROM ${table} t JOIN c ON ${same}
        WHERE c.persons < ${SMALLEST_CLASS}) AS exposed`,
  );
  return { k: counts!['k']!, exposed: counts!['exposed']! };
}

async function readCounts(
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly Readonly<Record<string, number | null>>[]> {
  const rows = (await connection.runAndReadAll(sql)).getRowObjects();
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value === null ? null : Number(value)]),
    ),
  );
}

/** What in a check asks for a decision: rare values, and persons who stand out. Empty: nothing. */
export function concernsOf(check: OutputCheck): readonly string[] {
  return Object.entries(check).flatMap(([type, { columns, anonymity }]) => [
    ...Object.entries(columns).flatMap(([name, { rare, values }]) =>
      rare > 0
        ? [`${type}.${name}: ${rare} of ${values} values are shared by fewer than ${SMALLEST_CLASS} persons.`]
        : [],
    ),
    ...(anonymity && anonymity.exposed > 0
      ? [
          `${type}: persons who share ${anonymity.columns.join(', ')} with fewer than ${SMALLEST_CLASS - 1} others: ${anonymity.exposed} (k = ${anonymity.k}).`,
        ]
      : []),
  ]);
}

/** A check as lines of text for a terminal. */
export function describeCheck(check: OutputCheck): string {
  return Object.entries(check)
    .flatMap(([type, { rows, persons, columns, anonymity }]) => [
      `${type}: ${rows} rows about ${persons} persons`,
      ...Object.entries(columns).map(
        ([name, { filled, values, smallest, rare }]) =>
          `  ${name}: ${filled} filled, ${values} values, fewest persons with one value: ${smallest ?? 'none'}, values of fewer than ${SMALLEST_CLASS}: ${rare}`,
      ),
      anonymity
        ? `  k-anonymity by ${anonymity.columns.join(', ')}: k = ${anonymity.k}, ${anonymity.exposed} persons below ${SMALLEST_CLASS}`
        : '  no quasi-identifiers',
    ])
    .join('\n');
}
