import { Turns } from '../../lib/cooperativeScheduler.js';
import { Feed, type FeedColumn } from '../../schema/feed.js';
import { PersonSet } from '../../schema/personSet.js';
import type {
  GroupAnswers,
  GroupAttribute,
  GroupLeaf,
  Numbers,
  PersonRows,
  RecordTest,
} from '../criteria/criterion.js';
import { type Access, isOfRecord } from './access.js';

/**
 * Makes a feed of what a registry knows of a group. A criterion tells who meets it, and of whom nothing may be told under
 * `withheld`: they neither meet it nor do they not. A criterion that tests what its owner does not release withholds the
 * feed whole; that follows from policy alone. An attribute that is not released is missing.
 */
export async function guardGroup(
  { leaves, attributes = [], texts = {} }: GroupAnswers,
  derivedType: string,
  access: Access,
): Promise<Feed> {
  const taken: [string, FeedColumn][] = [];
  for (const leaf of leaves) {
    const found = await takeLeaf(leaf, derivedType, access);
    if (!found) return Feed.withheld;
    taken.push(...Object.entries(found));
  }
  for (const attribute of attributes) taken.push(...(await takeAttribute(attribute, derivedType, access)));
  const columns = [...taken, ...Object.entries(texts)];
  return Feed.data(Object.fromEntries(columns));
}

async function takeLeaf(
  { name, tests, evaluate }: GroupLeaf,
  derivedType: string,
  access: Access,
): Promise<Record<string, FeedColumn> | undefined> {
  if (tests.some((coordinate) => access.decision.derive(derivedType, coordinate).length === 0))
    return undefined;
  const open = await everybodyOf(tests, derivedType, access);
  const found = await evaluate(recordTest(tests, derivedType, access));
  const withheld = open ? { [`withheld:${name}`]: PersonSet.all(access.bound).minus(open).words } : {};
  if (found instanceof PersonSet) return { [name]: (open ? found.and(open) : found).words, ...withheld };
  const rows = Object.entries(open ? await rowsOf(open, found) : found);
  return {
    ...Object.fromEntries(rows.map(([column, values]) => [`${column}:${name}`, values])),
    ...withheld,
  };
}

async function takeAttribute(
  { name, tells, subject, values, nothing }: GroupAttribute,
  derivedType: string,
  access: Access,
): Promise<[string, FeedColumn][]> {
  const permissions = access.decision.derive(derivedType, tells);
  // A condition on records cannot be asked of a value that stands for several of them, so it does not hold.
  const unconditioned = permissions.filter(({ conditions }) => !conditions.some(isOfRecord));
  if (unconditioned.length === 0) return [];
  if (nothing === undefined) return [[name, values]];
  const open = await access.everybody([unconditioned], [tells]);
  return [[name, open ? await blanked(values, subject, open, nothing) : values]];
}

interface Blanked {
  readonly open: PersonSet;
  readonly values: Numbers;
}

/** Of each column the last copy: as long as nobody objects anew, the next question finds it. */
const known = new WeakMap<Numbers, Blanked>();

async function blanked(
  values: Numbers,
  subject: Uint32Array,
  open: PersonSet,
  nothing: number,
): Promise<Numbers> {
  const before = known.get(values);
  if (before?.open.equals(open)) return before.values;
  const copy = values.slice();
  await new Turns().through(subject.length, (from, to) => {
    for (let row = from; row < to; row++) if (!open.has(subject[row]!)) copy[row] = nothing;
  });
  known.set(values, { open, values: copy });
  return copy;
}

/** The rows of persons in a set. Those of one person stand together, so whole runs of rows are kept. */
async function rowsOf(open: PersonSet, rows: PersonRows): Promise<PersonRows> {
  const { person } = rows;
  const runs: { readonly from: number; readonly to: number }[] = [];
  let count = 0;
  const turns = new Turns();
  for (let from = 0; from < person.length;) {
    if (turns.over) await turns.next();
    const kept = open.has(person[from]!);
    let to = from + 1;
    while (to < person.length && (person[to] === person[to - 1] || open.has(person[to]!) === kept)) to++;
    if (kept) {
      runs.push({ from, to });
      count += to - from;
    }
    from = to;
  }
  if (count === person.length) return rows;
  const columns: [string, Numbers][] = [];
  for (const [column, values] of Object.entries(rows)) {
    const copy = values.slice(0, count);
    let at = 0;
    await turns.through(runs.length, (first, last) => {
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

/** Of whom all coordinates may be taken, the conditions on records apart; undefined: of everybody. */
function everybodyOf(
  coordinates: readonly string[],
  derivedType: string,
  access: Access,
): Promise<PersonSet | undefined> {
  return access.everybody(
    coordinates.map((coordinate) => access.decision.derive(derivedType, coordinate)),
    coordinates,
  );
}

/** Asks each record where a permission depends on it; undefined where none does. */
function recordTest(
  coordinates: readonly string[],
  derivedType: string,
  access: Access,
): RecordTest | undefined {
  const taken = coordinates.map((coordinate) => access.decision.derive(derivedType, coordinate));
  const asks = taken.some((permissions) => permissions.some(({ conditions }) => conditions.some(isOfRecord)));
  if (!asks) return undefined;
  return (subject, record) =>
    taken.every((permissions) => access.permit(permissions, { subject, record }) !== undefined);
}
