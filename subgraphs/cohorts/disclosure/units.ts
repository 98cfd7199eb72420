import { Turns } from '../../../schema/turns.js';

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
export function unitsInFamilies(recordKeys: Uint32Array, familyOf: Uint32Array): Units {
  const { length } = recordKeys;
  // Family and key in one number: typed arrays are sorted ten times as fast without a comparison of one's own.
  const order = Float64Array.from(familyOf, (family, key) => family * length + key).sort();
  const keys = Uint32Array.from(order, (both) => both % length);
  return {
    keys,
    families: keys.map((key) => familyOf[key]!),
    recordKeys: keys.map((key) => recordKeys[key]!),
  };
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
  await new Turns().through(keys.length, (from, to) => {
    for (let unit = from; unit < to; unit++) {
      const key = keys[unit]!;
      if ((any[key >>> 5]! >>> (key & 31)) & 1) found[count++] = unit;
    }
  });
  const of = (column: Uint32Array) => Uint32Array.from(found.subarray(0, count), (unit) => column[unit]!);
  return { keys: of(keys), families: of(families), recordKeys: of(recordKeys) };
}
