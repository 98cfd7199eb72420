import type { PersonSet } from '../../../schema/personSet.js';

/** Sets of persons by condition, kept while what they follow from stays the same. */
export class ConditionSets {
  #from: readonly unknown[] = [];
  #sets = new Map<string, PersonSet>();

  /** @param from all that the conditions are read from: snapshot, overlays, day */
  while(...from: readonly unknown[]): Map<string, PersonSet> {
    if (from.some((source, index) => source !== this.#from[index])) {
      this.#from = from;
      this.#sets = new Map();
    }
    return this.#sets;
  }
}
