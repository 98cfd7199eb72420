import { addYears, type Day, yearOf } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { codeAt, includesDay, rowRangeOf } from '../../registry-kit/columns/table.js';
import type { ChildHousehold } from '../../registry-kit/features/feature.js';
import { familyIndexOf } from '../../registry-kit/person-flags/familyIndex.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';
import type { PopulationStore } from './yearly.js';

type Tables = PopulationStore['tables'];

/** Tests whether somebody is a minor on a day. */
export type MinorTest = (tables: Tables, person: PersonKey, on: Day) => boolean;

/**
 * The household of a child on a day, without people who do not exist for the caller. It is undefined if the
 * person is not a minor, does not live in the city or is in no family as a child.
 */
export function householdOf(
  store: PopulationStore,
  child: PersonKey,
  on: Day,
  isMinor: MinorTest = isMinorByDay,
): ChildHousehold | undefined {
  const { tables, isHidden } = store;
  if (!isMinor(tables, child, on) || residenceOn(tables, child, on) === undefined) return undefined;
  const family = familyOfChild(tables, child, on);
  if (family === undefined) return undefined;
  const parents: PersonKey[] = [];
  const siblings: PersonKey[] = [];
  for (const row of familyIndexOf(tables.memberships).rowsOf(family)) {
    const member = tables.memberships.subject[row]!;
    if (member === child || isHidden(member) || !holdsOn(tables.memberships, row, on)) continue;
    if (isParent(tables, row)) parents.push(member);
    else if (isMinor(tables, member, on)) siblings.push(member);
  }
  return { child, parents, siblings };
}

/** The households of some persons, for those who are children in one. */
export async function householdsOf(
  store: PopulationStore,
  persons: ArrayLike<PersonKey>,
  on: Day,
  isMinor?: MinorTest,
): Promise<ChildHousehold[]> {
  const found: ChildHousehold[] = [];
  await new CooperativeScheduler().forEachChunk(persons.length, (from, to) => {
    for (let index = from; index < to; index++) {
      const household = householdOf(store, persons[index]!, on, isMinor);
      if (household) found.push(household);
    }
  });
  return found;
}

/** The family that a person is in as a child. */
export function familyOfChild(tables: Tables, child: PersonKey, on: Day): FamilyKey | undefined {
  const [from, to] = rowRangeOf(tables.memberships, child);
  // If there are several, the one that began last.
  for (let row = to - 1; row >= from; row--)
    if (holdsOn(tables.memberships, row, on) && !isParent(tables, row))
      return tables.memberships.columns.family[row];
  return undefined;
}

/** The row of the residence that a person has in the city on a day. */
export function residenceOn({ residences }: Tables, person: PersonKey, on: Day): number | undefined {
  const [from, to] = rowRangeOf(residences, person);
  for (let row = to - 1; row >= from; row--) if (holdsOn(residences, row, on)) return row;
  return undefined;
}

export function birthOf({ persons }: Tables, person: PersonKey): Day | undefined {
  const [from, to] = rowRangeOf(persons, person);
  return from === to ? undefined : persons.columns.birth[from];
}

export function isParent({ memberships }: Tables, row: number): boolean {
  return codeAt(memberships.columns.role, row) === 'parent';
}

function isMinorByDay(tables: Tables, person: PersonKey, on: Day): boolean {
  const birth = birthOf(tables, person);
  return birth !== undefined && birth <= on && addYears(birth, 18) > on;
}

/**
 * Whether somebody is a minor during the whole calendar year of a quarter, by the year of birth alone. Even
 * if it is asked for one quarter after another, it reveals no more of a birthday than that year.
 * @param seen the years in which the person may be born, as far as the caller can see
 */
export function isMinorByYear(
  seen: (person: PersonKey, birthYear: number) => readonly [first: number, last: number],
): MinorTest {
  return (tables, person, on) => {
    const birth = birthOf(tables, person);
    if (birth === undefined) return false;
    const [first, last] = seen(person, yearOf(birth));
    const year = yearOf(on + 1);
    return last < year && year < first + 18;
  };
}

function holdsOn(
  { columns: { start, end } }: Tables['memberships' | 'residences'],
  row: number,
  on: Day,
): boolean {
  return includesDay({ start: start[row]!, end: end[row]! }, on);
}
