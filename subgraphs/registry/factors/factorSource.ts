import type { Day } from '../../../schema/calendar.js';
import type { PersonKey } from '../../../schema/keys.js';
import type { Factor } from './factor.js';
import type { Household } from './household.js';

/** Reckons all factors of a registry for one household, as of one day. */
export interface FactorReader {
  /**
   * @param known whether a person's rows may be counted: what is summed over people of whom some are unknown is unknown (NaN)
   * @param into as many numbers as there are factors, in their order; single precision, so that columns for training and one child's numbers are the same
   */
  read(household: Household, known: (person: PersonKey) => boolean, into: Float32Array): void;
}

/**
 * A registry's factors. One reader answers for one child and, called again and again, for every child, so that what a model
 * is trained on and what it is asked with cannot differ.
 */
export interface FactorSource<Store> {
  readonly factors: readonly Factor[];
  /** @param before the first day of the quarter: what began on it or later does not count */
  reader(store: Store, before: Day): FactorReader;
}
