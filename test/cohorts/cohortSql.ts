import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { formatDay, today } from '../../lib/calendar.js';
import { parquetRows, sqlText } from '../../lib/duckdb.js';
import type { CriterionArguments, NumberRange } from '../../registry-kit/criteria/criterion.js';
import type { FilterCriterion, GroupFilter } from '../../registry-kit/criteria/groupFilter.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { currentSnapshotId } from '../../registry-kit/snapshot/snapshotDraft.js';
import { registries } from '../../subgraphs/registries.js';

/**
 * Creates views of all tables of a city's snapshots in one database. No department ever has them joined like
 * this.
 */
export async function joinSnapshots(
  connection: DuckDBConnection,
  data: string,
  kind: 'VIEW' | 'TABLE' = 'VIEW',
): Promise<void> {
  for (const { name, tables } of [...registries.map(({ definition }) => definition), personFlagsRegistry]) {
    const folder = join(data, name, (await currentSnapshotId(data, name))!);
    for (const table of Object.keys(tables)) {
      const source = parquetRows(join(folder, `${table}.parquet`));
      await connection.run(`CREATE ${kind} ${name}_${table} AS SELECT * FROM ${source}`);
    }
  }
}

/** The SQL of a criterion over rows. */
interface RowsSql {
  readonly table: string;
  readonly registry: string;
  readonly start: string;
  /** The last day of a row. */
  readonly end: string;
  readonly argument: (name: string) => string;
}

const column =
  (names: Readonly<Record<string, string>>) =>
  (name: string): string =>
    names[name]!;
const startOnly = '"start"';
const singleDay = 'coalesce("end", "start")';
const ongoing = `coalesce("end", DATE '9999-12-31')`;

const rows: Readonly<Record<string, RowsSql>> = {
  healthContacts: {
    table: 'health_contacts',
    registry: 'health',
    start: startOnly,
    end: singleDay,
    argument: column({ services: 'service', diagnoses: 'diagnosis', urgencies: 'urgency' }),
  },
  socialContacts: {
    table: 'social_contacts',
    registry: 'social',
    start: startOnly,
    end: singleDay,
    argument: column({ services: 'service', kinds: 'kind', decisions: 'decision' }),
  },
  childProtection: {
    table: 'social_childProtection',
    registry: 'social',
    start: startOnly,
    end: ongoing,
    argument: column({ steps: 'step' }),
  },
  incomeSupport: {
    table: 'social_incomeSupport',
    registry: 'social',
    start: '"month"',
    end: '"month"',
    argument: column({ amount: 'amount' }),
  },
  educationContacts: {
    table: 'education_contacts',
    registry: 'education',
    start: startOnly,
    end: singleDay,
    argument: column({ services: 'service', hours: 'hours', absenceDays: '"absenceDays"' }),
  },
  enrolments: {
    table: 'education_enrolments',
    registry: 'education',
    start: startOnly,
    end: ongoing,
    argument: column({ services: 'service', hoursPerWeek: '"hoursPerWeek"' }),
  },
};

/** The query that finds the members of a group. SQL and groups use the same three-valued logic. */
export function cohortSql(filter: GroupFilter): string {
  return `SELECT subject FROM population_persons p WHERE ${condition(filter)}`;
}

function condition(filter: GroupFilter): string {
  switch (filter.kind) {
    case 'criterion':
      return leafSql(filter);
    case 'all':
      return filter.of.length === 0 ? 'true' : `(${filter.of.map(condition).join(' AND ')})`;
    case 'any':
      return filter.of.length === 0 ? 'false' : `(${filter.of.map(condition).join(' OR ')})`;
    case 'not':
      return `(NOT ${condition(filter.of)})`;
    case 'sequence': {
      const { first, next, withinMonths } = filter;
      const found = `p.subject IN (SELECT a.subject FROM (${eventsSql(first)}) a JOIN (${eventsSql(next)}) b ON a.subject = b.subject AND b.day > a.day AND b.day <= a.day + INTERVAL ${withinMonths} MONTH)`;
      const registries = [...new Set([first, next].map(({ criterion }) => rows[criterion]!.registry))];
      return unless(registries.map(objected).join(' OR '), found);
    }
    case 'family': {
      const part = { anyone: 'true', parent: `role = 'parent'`, child: `role = 'child'` }[filter.member];
      const known = `(SELECT * FROM population_memberships WHERE subject NOT IN (${shielded()}) AND ${validAt(filter.atEndOf)})`;
      const families = `SELECT family, bool_or(value) AS met, bool_or(value IS NULL) AS unknown
        FROM (SELECT m.family, (SELECT ${condition(filter.of)} FROM population_persons p WHERE p.subject = m.subject) AS value FROM ${known} m WHERE ${part})
        GROUP BY family`;
      const ofPerson = (what: string) =>
        `p.subject IN (SELECT m.subject FROM ${known} m JOIN (${families}) f ON m.family = f.family WHERE f.${what})`;
      return `(CASE WHEN ${ofPerson('met')} THEN true WHEN ${ofPerson('unknown')} OR ${hiddenFamily} THEN NULL ELSE false END)`;
    }
  }
}

function leafSql({ criterion, arguments: given }: FilterCriterion): string {
  const ofRows = rows[criterion];
  if (ofRows) {
    const atLeast = (given['atLeast'] as number | undefined) ?? 1;
    const found = `p.subject IN (SELECT subject FROM (${eventsSql({ kind: 'criterion', criterion, arguments: given })}) GROUP BY subject HAVING count(*) >= ${atLeast})`;
    return unless(objected(ofRows.registry), found);
  }
  const at = given['atEndOf'] as number;
  switch (criterion) {
    case 'birthYear':
      return between('year(p.birth)', given['between'] as NumberRange);
    case 'age':
      return between(`(${at} - year(p.birth))`, given['between'] as NumberRange);
    case 'sex':
    case 'language':
      return `p.${criterion} IN (${list(given['in'])})`;
    case 'district': {
      const where = given['in'] === undefined ? 'true' : isOneOf('district', given['in']);
      return unless(
        hiddenPlace,
        `p.subject IN (SELECT subject FROM population_residences WHERE ${where} AND ${validAt(at)})`,
      );
    }
    case 'familyType':
      return unless(hiddenPlace, `${familyTypeSql(at)} IN (${list(given['in'])})`);
    case 'children': {
      const minors = `SELECT family, count(*) AS n FROM population_memberships m JOIN population_persons c ON c.subject = m.subject WHERE role = 'child' AND ${at} - year(c.birth) < 18 AND ${validAt(at)} GROUP BY family`;
      const found = `p.subject IN (SELECT m.subject FROM population_memberships m LEFT JOIN (${minors}) f ON m.family = f.family WHERE role = 'parent' AND ${validAt(at)} AND ${between('coalesce(f.n, 0)', given['number'] as NumberRange)})`;
      return unless(hiddenPlace, found);
    }
    default:
      throw new Error(`No SQL for ${criterion}.`);
  }
}

/** The type of a person's family at the end of a year, as an expression over `p`. */
export function familyTypeSql(at: number): string {
  const types = `SELECT family, CASE WHEN count(*) FILTER (role = 'child') = 0 THEN 1 WHEN count(*) FILTER (role = 'parent') > 1 THEN 3 ELSE 2 END AS type FROM population_memberships WHERE ${validAt(at)} GROUP BY family`;
  const own = `SELECT max(t.type) FROM population_memberships m JOIN (${types}) t ON t.family = m.family WHERE m.subject = p.subject AND ${validAt(at, 'm.')}`;
  return `(['no-family', 'no-children', 'lone-parent', 'two-parents'])[coalesce((${own}), 0) + 1]`;
}

/** Rows that meet a criterion, as (subject, day). */
function eventsSql({ criterion, arguments: given }: FilterCriterion): string {
  const { table, start, end, argument } = rows[criterion]!;
  const tests = Object.entries(given).flatMap(([name, value]) => {
    if (name === 'atLeast') return [];
    if (name === 'from') return [`${end} >= DATE '${formatDay(value as number)}'`];
    if (name === 'until') return [`${start} <= DATE '${formatDay(value as number)}'`];
    if (name === 'diagnoses') return [`(${(value as readonly string[]).map(diagnosisSql).join(' OR ')})`];
    return [
      Array.isArray(value) ? isOneOf(argument(name), value) : between(argument(name), value as NumberRange),
    ];
  });
  return `SELECT subject, ${start} AS day FROM ${table} WHERE ${['true', ...tests].join(' AND ')}`;
}

function diagnosisSql(code: string): string {
  const [from, until] = code.split('-');
  return until === undefined
    ? `starts_with(diagnosis, ${sqlText(code)})`
    : `substr(diagnosis, 1, 3) BETWEEN ${sqlText(from!)} AND ${sqlText(until)}`;
}

/** Whether an interval includes the end of a year. */
export function validAt(year: number, alias = ''): string {
  return `${alias}"start" <= DATE '${year}-12-31' AND coalesce(${alias}"end", DATE '9999-12-31') >= DATE '${year}-12-31'`;
}

function shielded(): string {
  const day = `DATE '${formatDay(today())}'`;
  return `SELECT subject FROM overlays_shields WHERE "start" <= ${day} AND ("end" IS NULL OR "end" >= ${day})`;
}

/** Persons whose place of residence is not shown, and persons whose family is not: conditions on `p`. */
export const hiddenPlace = `p.subject IN (${shielded()})`;
export const hiddenFamily = `(${hiddenPlace} AND p.subject IN (SELECT subject FROM population_memberships WHERE make_date(year("start"), 12, 31) <= coalesce("end", DATE '9999-12-31')))`;

function objected(registry: string): string {
  return `p.subject IN (SELECT subject FROM ${registry}_objections WHERE "start" <= DATE '${formatDay(today())}')`;
}

function unless(withheld: string, value: string): string {
  return `(CASE WHEN ${withheld} THEN NULL ELSE ${value} END)`;
}

function between(value: string, { from, until }: NumberRange): string {
  const tests = [
    ...(from === undefined ? [] : [`${value} >= ${from}`]),
    ...(until === undefined ? [] : [`${value} <= ${until}`]),
  ];
  return `(${[`${value} IS NOT NULL`, ...tests].join(' AND ')})`;
}

function isOneOf(value: string, codes: CriterionArguments[string]): string {
  // A plain IN would return NULL for a missing code. Here a missing code is not one of them.
  return (codes as readonly string[]).length === 0
    ? 'false'
    : `coalesce(${value} IN (${list(codes)}), false)`;
}

function list(codes: unknown): string {
  return (codes as readonly string[]).map(sqlText).join(', ') || 'NULL';
}
