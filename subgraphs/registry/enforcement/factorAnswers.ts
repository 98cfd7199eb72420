import type { PersonKey } from '../../../schema/keys.js';
import type { Factor } from '../factors/factor.js';
import type { Household, Households } from '../factors/household.js';

/** Who lives with whom, before enforcement has looked at whom it may be told of. */
export interface HouseholdAnswers {
  readonly households: readonly Household[];
}

/** Numbers about each child that a registry hands over besides its factors. */
export interface ChildNumbers {
  readonly name: string;
  readonly size: number;
  readonly read: (household: Household, known: (person: PersonKey) => boolean, into: Float32Array) => void;
}

/** What a feed's resolver answers of factors: how they are read, of whom enforcement lets it. */
export interface FactorAnswers {
  readonly of: Households;
  readonly factors: readonly Factor[];
  /** Each becomes a column, number after number, each of all children: `value` holds the factors. */
  readonly numbers: readonly ChildNumbers[];
  /** Whether the feed tells of each factor if the caller may see what it is made of. */
  readonly tellsShown: boolean;
  /** Columns that are about nobody: dictionaries. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}
