import { Turns } from '../../lib/cooperativeScheduler.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';

/** By number, as columns hold them. */
export const familyTypes = ['no-family', 'no-children', 'lone-parent', 'two-parents'] as const;
export type FamilyType = (typeof familyTypes)[number];

/** Memberships at the ends of years: rows of equal place belong together. */
export interface YearlyMemberships {
  readonly person: Uint32Array;
  /** NO_FAMILY where it may not be told. */
  readonly family: Uint32Array;
  /** 1 for a parent, 0 for a child. */
  readonly parent: Uint8Array;
  readonly firstYear: Uint16Array;
  readonly lastYear: Uint16Array;
}

export const NO_FAMILY: FamilyKey = 0xffff_ffff;

/** Calls for every membership at the end of a year. */
export function forEachMembership(
  { person, family, parent, firstYear, lastYear }: YearlyMemberships,
  year: number,
  turns: Turns,
  visit: (person: PersonKey, family: FamilyKey, isParent: boolean) => void,
): Promise<void> {
  return turns.through(person.length, (from, to) => {
    for (let row = from; row < to; row++)
      if (firstYear[row]! <= year && lastYear[row]! >= year && family[row] !== NO_FAMILY)
        visit(person[row]!, family[row]!, parent[row] === 1);
  });
}

/** One more than the largest key of a family. */
export async function familiesBelow({ family }: YearlyMemberships, turns: Turns): Promise<number> {
  let largest = 0;
  await turns.through(family.length, (from, to) => {
    for (let row = from; row < to; row++)
      if (family[row] !== NO_FAMILY && family[row]! > largest) largest = family[row]!;
  });
  return largest + 1;
}

/**
 * The number of the type of each person's family at the end of a year, by person key. Of several families the one with
 * most in it counts: a child who lives with both parents in turn is in a family of two parents if one of them is.
 * @param bound keys of persons lie below it
 */
export async function familyTypesAt(
  memberships: YearlyMemberships,
  year: number,
  bound: number,
): Promise<Uint8Array> {
  const turns = new Turns();
  const families = await familiesBelow(memberships, turns);
  const parents = new Uint8Array(families);
  const children = new Uint8Array(families);
  await forEachMembership(memberships, year, turns, (_, family, isParent) => {
    const counted = isParent ? parents : children;
    counted[family] = Math.min(255, counted[family]! + 1);
  });
  const types = new Uint8Array(bound);
  await forEachMembership(memberships, year, turns, (person, family) => {
    const type = children[family] === 0 ? 1 : parents[family]! > 1 ? 3 : 2;
    types[person] = Math.max(types[person]!, type);
  });
  return types;
}
