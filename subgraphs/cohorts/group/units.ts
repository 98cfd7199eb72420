import type { Feed } from '../../../schema/feed.js';
import { NO_FAMILY } from '../../registry/groups/familyTypes.js';
import type { CohortsStore } from '../cohortsStore.js';
import { type Units, unitsInFamilies } from '../disclosure/units.js';
import { requireKept } from './groupFacts.js';

const known = new WeakMap<object, Promise<Units>>();

/**
 * Whom numbers count: record keys and families of all persons, made once for each snapshot of the population register.
 * @param population a feed with the columns `person` and `unit`, the family that each was in last
 * @param bound keys of persons lie below it
 */
export function unitsIn(population: Feed, bound: number, { recordKeys }: CohortsStore): Promise<Units> {
  requireKept(population, 'population', 'memberships');
  const person = population.columns['person'] as Uint32Array;
  const family = population.columns['unit'] as Uint32Array;
  let units = known.get(family);
  if (!units) {
    const familyOf = new Uint32Array(bound).fill(NO_FAMILY);
    for (let row = 0; row < person.length; row++) familyOf[person[row]!] = family[row]!;
    units = unitsInFamilies(recordKeys(bound), familyOf);
    known.set(family, units);
  }
  return units;
}
