import { CooperativeScheduler } from '../lib/cooperativeScheduler.js';
import { NO_FAMILY } from '../registry-kit/criteria/familyTypes.js';

/**
 * What numbers count: persons, or families if the counting unit is a family. They are sorted by family, so
 * one pass meets the members of each family one after the other.
 */
export interface CountingUnits {
  /** The key of each unit. Sets and categories are indexed by it. */
  readonly keys: Uint32Array;
  readonly families: Uint32Array;
  /** A secret, fixed random number for each unit (see `recordKeys`). */
  readonly recordKeys: Uint32Array;
}

/**
 * Computed once per snapshot.
 * @param recordKeys by key
 * @param familyOf by key: a family, or NO_FAMILY. A unit without a family, or one that is a family itself,
 * counts as a family of its own.
 */
export async function countingUnits(recordKeys: Uint32Array, familyOf: Uint32Array): Promise<CountingUnits> {
  const { length } = recordKeys;
  const scheduler = new CooperativeScheduler();
  let none = 0;
  await scheduler.forEachChunk(length, (from, to) => {
    for (let key = from; key < to; key++)
      if (familyOf[key] !== NO_FAMILY) none = Math.max(none, familyOf[key]! + 1);
  });
  // A counting sort: each family follows the families before it. Units without a family come last.
  const placeOf = (key: number) => Math.min(familyOf[key]!, none);
  const nextUnit = new Uint32Array(none + 2);
  await scheduler.forEachChunk(length, (from, to) => {
    for (let key = from; key < to; key++) nextUnit[placeOf(key) + 1]!++;
  });
  await scheduler.forEachChunk(none, (from, to) => {
    for (let family = from; family < to; family++) nextUnit[family + 1]! += nextUnit[family]!;
  });
  const units = {
    keys: new Uint32Array(length),
    families: new Uint32Array(length),
    recordKeys: new Uint32Array(length),
  };
  await scheduler.forEachChunk(length, (from, to) => {
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
 * Returns the units that are in at least one of some sets, so that a question about few people does not scan
 * everybody.
 * @param sets bit sets over unit keys
 */
export async function unitsInSets(
  { keys, families, recordKeys }: CountingUnits,
  sets: readonly Uint32Array[],
): Promise<CountingUnits> {
  const any = new Uint32Array(Math.max(0, ...sets.map(({ length }) => length)));
  for (const words of new Set(sets))
    for (let index = 0; index < words.length; index++) any[index]! |= words[index]!;
  const found = new Uint32Array(keys.length);
  let count = 0;
  const scheduler = new CooperativeScheduler();
  await scheduler.forEachChunk(keys.length, (from, to) => {
    for (let unit = from; unit < to; unit++) {
      const key = keys[unit]!;
      if ((any[key >>> 5]! >>> (key & 31)) & 1) found[count++] = unit;
    }
  });
  const of = async (column: Uint32Array) => {
    const values = new Uint32Array(count);
    await scheduler.forEachChunk(count, (from, to) => {
      for (let at = from; at < to; at++) values[at] = column[found[at]!]!;
    });
    return values;
  };
  return { keys: await of(keys), families: await of(families), recordKeys: await of(recordKeys) };
}
