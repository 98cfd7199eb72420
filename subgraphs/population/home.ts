import type { Day } from '../../lib/calendar.js';
import { NO_DAY, rowRangeOf } from '../../registry-kit/columns/table.js';
import type { ChildHousehold } from '../../registry-kit/features/feature.js';
import { familyIndexOf } from '../../registry-kit/person-flags/familyIndex.js';
import type { PersonKey } from '../../schema/keys.js';
import { birthOf, familyOfChild, isParent } from './households.js';
import type { PopulationStore } from './yearly.js';

type Tables = PopulationStore['tables'];

/** The data of a household, read once for all factors. */
export interface Home {
  readonly before: Day;
  readonly birth: Day;
  /** First days of the child's residences in the city, in order. */
  readonly residences: readonly Day[];
  /** Last days of the child's memberships in earlier families. */
  readonly formerFamilies: readonly Day[];
  /** Birthdays of the parents with a known birthday, and of the other children. */
  readonly parentBirths: readonly Day[];
  readonly siblingBirths: readonly Day[];
  readonly parents: number;
  /** First days of the parents' residences in the city. */
  readonly parentResidences: readonly (readonly Day[])[];
  /** Last days of the parents' memberships as parents in other families. */
  readonly parentFamilies: readonly Day[];
  /** First days of the parents in the child's family, and of the child. */
  readonly parentsSince: readonly Day[];
  readonly childSince: Day;
  /** Last days of those who were parents in the child's family, and which of them died. */
  readonly parentsLeft: readonly Day[];
  readonly parentsDied: readonly Day[];
}

/** Reads the home of a child as of a quarter; undefined if the register has no birthday or no family. */
export function homeOf(
  tables: Tables,
  { child, parents, siblings }: ChildHousehold,
  before: Day,
): Home | undefined {
  const on = before - 1;
  const birth = birthOf(tables, child);
  const family = familyOfChild(tables, child, on);
  if (birth === undefined || family === undefined) return undefined;
  const { memberships } = tables;
  const { start, end, family: families } = memberships.columns;
  const parentsSince: Day[] = [];
  const parentsLeft: Day[] = [];
  const parentsDied: Day[] = [];
  let childSince: Day = NO_DAY;
  for (const row of familyIndexOf(memberships).rowsOf(family)) {
    if (start[row]! > on) continue;
    const member = memberships.subject[row]!;
    if (member === child) childSince = start[row]!;
    if (!isParent(tables, row)) continue;
    if (end[row] === NO_DAY || end[row]! >= on) parentsSince.push(start[row]!);
    else {
      parentsLeft.push(end[row]!);
      const death = deathOf(tables, member);
      if (death !== undefined && death <= on) parentsDied.push(death);
    }
  }
  const ended = (person: PersonKey, asParent: boolean): Day[] => {
    const [from, to] = rowRangeOf(memberships, person);
    const days: Day[] = [];
    for (let row = from; row < to; row++)
      if (
        families[row] !== family &&
        end[row] !== NO_DAY &&
        end[row]! < on &&
        isParent(tables, row) === asParent
      )
        days.push(end[row]!);
    return days;
  };
  const births = (persons: readonly PersonKey[]): Day[] =>
    persons.flatMap((person) => birthOf(tables, person) ?? []);
  return {
    before,
    birth,
    residences: residencesUntil(tables, child, on),
    formerFamilies: ended(child, false),
    parentBirths: births(parents),
    siblingBirths: births(siblings),
    parents: parents.length,
    parentResidences: parents.map((parent) => residencesUntil(tables, parent, on)),
    parentFamilies: parents.flatMap((parent) => ended(parent, true)),
    parentsSince,
    childSince,
    parentsLeft,
    parentsDied,
  };
}

function residencesUntil({ residences }: Tables, person: PersonKey, on: Day): Day[] {
  const [from, to] = rowRangeOf(residences, person);
  return [...residences.columns.start.subarray(from, to)].filter((day) => day <= on);
}

function deathOf({ persons }: Tables, person: PersonKey): Day | undefined {
  const [from, to] = rowRangeOf(persons, person);
  const death = from === to ? NO_DAY : persons.columns.death[from]!;
  return death === NO_DAY ? undefined : death;
}
