import type { PersonKey } from '../../../schema/keys.js';
import type { DataRecord } from './dataSubject.js';

/** A column before enforcement; days may be NO_DAY, texts null. */
export type RawColumn =
  | { readonly kind: 'day'; readonly values: ArrayLike<number> }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] }
  | { readonly kind: 'number'; readonly values: Float64Array };

/**
 * What a feed's resolver answers: rows of one registry, whole, each with its data subject, in columns named by the
 * coordinates that the feed's lineage declares. Enforcement makes a Feed of it.
 */
export interface FeedRows {
  readonly subject: ArrayLike<PersonKey>;
  /** The record of each row; without them conditions on records hold for none. */
  readonly records?: readonly DataRecord[];
  readonly columns: Readonly<Record<string, RawColumn>>;
}
