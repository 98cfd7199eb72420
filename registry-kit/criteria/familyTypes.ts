import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';

/** Family types. Columns store their index. */
export const familyTypes = ['no-family', 'no-children', 'lone-parent', 'two-parents'] as const;
export type FamilyType = (typeof familyTypes)[number];

/** Family memberships at the ends of years, in parallel columns. */
export interface YearlyMemberships {
  readonly person: Uint32Array;
  /** NO_FAMILY if the family is withheld. */
  readonly family: Uint32Array;
  /** 1 for a parent, 0 for a child. */
  readonly parent: Uint8Array;
  readonly firstYear: Uint16Array;
  readonly lastYear: Uint16Array;
}

export const NO_FAMILY: FamilyKey = 0xffff_ffff;

/** Calls `visit` for every membership at the end of a year. */
export function forEachMembership(
  { person, family, parent, firstYear, lastYear }: YearlyMemberships,
  year: number,
  scheduler: CooperativeScheduler,
  visit: (person: PersonKey, family: FamilyKey, isParent: boolean) => void,
): Promise<void> {
  return scheduler.forEachChunk(person.length, (from, to) => {
    for (let row = from; row < to; row++)
      if (firstYear[row]! <= year && lastYear[row]! >= year && family[row] !== NO_FAMILY)
        visit(person[row]!, family[row]!, parent[row] === 1);
  });
}

/** Returns the largest family key plus one. */
export async function familiesBelow(
  { family }: YearlyMemberships,
  scheduler: CooperativeScheduler,
): Promise<number> {
  let largest = 0;
  await scheduler.forEachChunk(family.length, (from, to) => {
    for (let row = from; row < to; row++)
      if (family[row] !== NO_FAMILY && family[row]! > largest) largest = family[row]!;
  });
  return largest + 1;
}

/**
 * Returns the index of each person's family type at the end of a year, by person key. If a person has several
 * families, the highest type counts: a child who alternates between two homes has the type two-parents if one
 * home has two parents.
 * @param bound an upper bound for person keys, exclusive
 */
export async function familyTypesAt(
  memberships: YearlyMemberships,
  year: number,
  bound: number,
): Promise<Uint8Array> {
  const scheduler = new CooperativeScheduler();
  const families = await familiesBelow(memberships, scheduler);
  const parents = new Uint8Array(families);
  const children = new Uint8Array(families);
  await forEachMembership(memberships, year, scheduler, (_, family, isParent) => {
    const counted = isParent ? parents : children;
    counted[family] = Math.min(255, counted[family]! + 1);
  });
  const types = new Uint8Array(bound);
  await forEachMembership(memberships, year, scheduler, (person, family) => {
    const type = children[family] === 0 ? 1 : parents[family]! > 1 ? 3 : 2;
    types[person] = Math.max(types[person]!, type);
  });
  return types;
}
