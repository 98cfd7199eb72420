import { Turns } from '../lib/cooperativeScheduler.js';
import { NO_FAMILY } from '../registry-kit/criteria/familyTypes.js';

/**
 * Whom numbers count: people, or families where a family is the unit. They are in the order of families, so that one pass meets the
 * members of a family one after the other.
 */
export interface Units {
  /** The key of each: members of sets and categories are looked up by it. */
  readonly keys: Uint32Array;
  readonly families: Uint32Array;
  /** A secret fixed random number for each (recordKeys.ts). */
  readonly recordKeys: Uint32Array;
}

/**
 * Made once a snapshot.
 * @param recordKeys by key
 * @param familyOf by key: a family, or NO_FAMILY where the unit is in none or is a family itself, and counts as one of its own
 */
export async function unitsInFamilies(recordKeys: Uint32Array, familyOf: Uint32Array): Promise<Units> {
  const { length } = recordKeys;
  const turns = new Turns();
  let none = 0;
  await turns.through(length, (from, to) => {
    for (let key = from; key < to; key++)
      if (familyOf[key] !== NO_FAMILY) none = Math.max(none, familyOf[key]! + 1);
  });
  // A counting sort: each family has a place behind the families before it; whoever is in none comes last.
  const placeOf = (key: number) => Math.min(familyOf[key]!, none);
  const nextUnit = new Uint32Array(none + 2);
  await turns.through(length, (from, to) => {
    for (let key = from; key < to; key++) nextUnit[placeOf(key) + 1]!++;
  });
  await turns.through(none, (from, to) => {
    for (let family = from; family < to; family++) nextUnit[family + 1]! += nextUnit[family]!;
  });
  const units = {
    keys: new Uint32Array(length),
    families: new Uint32Array(length),
    recordKeys: new Uint32Array(length),
  };
  await turns.through(length, (from, to) => {
    for (let key = from; key < to; key++) {
      const unit = nextUnit[placeOf(key)]!++;
      units.keys[unit] = key;
      units.families[unit] = familyOf[key]!;
      units.recordKeys[unit] = recordKeys[key]!;
    }
  });
  return units;
}

/**
 * Those of the units that are in any of some sets, so that what is counted of few people does not take looking at everybody.
 * @param sets bit sets over unit keys
 */
export async function unitsAmong(
  { keys, families, recordKeys }: Units,
  sets: readonly Uint32Array[],
): Promise<Units> {
  const any = new Uint32Array(Math.max(0, ...sets.map(({ length }) => length)));
  for (const words of new Set(sets))
    for (let index = 0; index < words.length; index++) any[index]! |= words[index]!;
  const found = new Uint32Array(keys.length);
  let count = 0;
  const turns = new Turns();
  await turns.through(keys.length, (from, to) => {
    for (let unit = from; unit < to; unit++) {
      const key = keys[unit]!;
      if ((any[key >>> 5]! >>> (key & 31)) & 1) found[count++] = unit;
    }
  });
  const of = async (column: Uint32Array) => {
    const values = new Uint32Array(count);
    await turns.through(count, (from, to) => {
      for (let at = from; at < to; at++) values[at] = column[found[at]!]!;
    });
    return values;
  };
  return { keys: await of(keys), families: await of(families), recordKeys: await of(recordKeys) };
}
