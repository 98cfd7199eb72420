import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { Feed, type FeedColumn } from '../../schema/feed.js';
import { PersonSet } from '../../schema/personSet.js';
import type {
  CriterionEvaluation,
  GroupAnswers,
  GroupAttribute,
  NumberColumn,
  PersonRows,
  RecordTest,
} from '../criteria/criterion.js';
import { isOfRecord, type RequestAccess } from './requestAccess.js';

/**
 * Makes a feed of what a registry knows about a group. For each criterion it names the persons who meet it. A
 * `withheld` column names the persons whose data may not be used: for them it is unknown whether they meet
 * the criterion. If a criterion tests a coordinate that its owner does not release, the whole feed is
 * withheld. That depends on the policy only. An attribute that is not released is missing.
 */
export async function guardGroup(
  { evaluations, attributes = [], texts = {} }: GroupAnswers,
  derivedType: string,
  access: RequestAccess,
): Promise<Feed> {
  const columns: [string, FeedColumn][] = [];
  for (const evaluation of evaluations) {
    const found = await guardEvaluation(evaluation, derivedType, access);
    if (!found) return Feed.withheld;
    columns.push(...Object.entries(found));
  }
  for (const attribute of attributes) columns.push(...(await guardAttribute(attribute, derivedType, access)));
  return Feed.data(Object.fromEntries([...columns, ...Object.entries(texts)]));
}

async function guardEvaluation(
  { name, tests, evaluate }: CriterionEvaluation,
  derivedType: string,
  access: RequestAccess,
): Promise<Record<string, FeedColumn> | undefined> {
  if (tests.some((coordinate) => access.decision.derive(derivedType, coordinate).length === 0))
    return undefined;
  const open = await permittedPersons(tests, derivedType, access);
  const found = await evaluate(recordTest(tests, derivedType, access));
  const withheld = open ? { [`withheld:${name}`]: PersonSet.all(access.bound).minus(open).words } : {};
  if (found instanceof PersonSet) return { [name]: (open ? found.and(open) : found).words, ...withheld };
  const rows = Object.entries(open ? await rowsOf(open, found) : found);
  return {
    ...Object.fromEntries(rows.map(([column, values]) => [`${column}:${name}`, values])),
    ...withheld,
  };
}

async function guardAttribute(
  { name, coordinate, subject, values, withheldValue }: GroupAttribute,
  derivedType: string,
  access: RequestAccess,
): Promise<[string, FeedColumn][]> {
  const permissions = access.decision.derive(derivedType, coordinate);
  // A value can stand for several records, so a condition on records never holds for it.
  const unconditioned = permissions.filter(({ conditions }) => !conditions.some(isOfRecord));
  if (unconditioned.length === 0) return [];
  if (withheldValue === undefined) return [[name, values]];
  const open = await access.permittedPersons([unconditioned], [coordinate]);
  return [[name, open ? await withoutWithheld(values, subject, open, withheldValue) : values]];
}

interface GuardedColumn {
  readonly open: PersonSet;
  readonly values: NumberColumn;
}

/** The last copy of each column. It can be reused until the set of permitted persons changes. */
const known = new WeakMap<NumberColumn, GuardedColumn>();

async function withoutWithheld(
  values: NumberColumn,
  subject: Uint32Array,
  open: PersonSet,
  withheldValue: number,
): Promise<NumberColumn> {
  const before = known.get(values);
  if (before?.open.equals(open)) return before.values;
  const copy = values.slice();
  await new CooperativeScheduler().forEachChunk(subject.length, (from, to) => {
    for (let row = from; row < to; row++) if (!open.has(subject[row]!)) copy[row] = withheldValue;
  });
  known.set(values, { open, values: copy });
  return copy;
}

/**
 * Returns the rows of the persons in a set. The rows of one person are consecutive, so it copies whole runs.
 */
async function rowsOf(open: PersonSet, rows: PersonRows): Promise<PersonRows> {
  const { person } = rows;
  const runs: { readonly from: number; readonly to: number }[] = [];
  let count = 0;
  const scheduler = new CooperativeScheduler();
  for (let from = 0; from < person.length;) {
    if (scheduler.shouldYield) await scheduler.yield();
    const isOpen = open.has(person[from]!);
    let to = from + 1;
    while (to < person.length && (person[to] === person[to - 1] || open.has(person[to]!) === isOpen)) to++;
    if (isOpen) {
      runs.push({ from, to });
      count += to - from;
    }
    from = to;
  }
  if (count === person.length) return rows;
  const columns: [string, NumberColumn][] = [];
  for (const [column, values] of Object.entries(rows)) {
    const copy = values.slice(0, count);
    let at = 0;
    await scheduler.forEachChunk(runs.length, (first, last) => {
      for (let index = first; index < last; index++) {
        const { from, to } = runs[index]!;
        copy.set(values.subarray(from, to), at);
        at += to - from;
      }
    });
    columns.push([column, copy]);
  }
  return Object.fromEntries(columns) as unknown as PersonRows;
}

/**
 * Returns the persons whose data may be used for all coordinates, or undefined for everybody. Ignores
 * conditions on records.
 */
function permittedPersons(
  coordinates: readonly string[],
  derivedType: string,
  access: RequestAccess,
): Promise<PersonSet | undefined> {
  return access.permittedPersons(
    coordinates.map((coordinate) => access.decision.derive(derivedType, coordinate)),
    coordinates,
  );
}

/** Returns a test of records if a permission has a condition on records, otherwise undefined. */
function recordTest(
  coordinates: readonly string[],
  derivedType: string,
  access: RequestAccess,
): RecordTest | undefined {
  const permissions = coordinates.map((coordinate) => access.decision.derive(derivedType, coordinate));
  const dependsOnRecords = permissions.some((ways) =>
    ways.some(({ conditions }) => conditions.some(isOfRecord)),
  );
  if (!dependsOnRecords) return undefined;
  return (subject, record) =>
    permissions.every((ways) => access.permit(ways, { subject, record }) !== undefined);
}
