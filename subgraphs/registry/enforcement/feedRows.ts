import type { PersonKey } from '../../../schema/keys.js';
import type { CodeColumn } from '../columns/table.js';
import type { DataRecord } from './dataSubject.js';

/** A column of a table before enforcement; days may be NO_DAY, codes NO_CODE. */
export type RawColumn =
  | { readonly kind: 'day'; readonly values: Int32Array }
  | { readonly kind: 'code'; readonly values: CodeColumn }
  | { readonly kind: 'number'; readonly values: Float64Array };

/**
 * What a feed's resolver answers: rows of one table, whole, each with its data subject, in columns named by the coordinates
 * that the feed's lineage declares. Nothing is copied: enforcement reads the table's own columns and makes a Feed of it.
 */
export interface FeedRows {
  /** Which rows of the table. */
  readonly rows: ArrayLike<number>;
  /** The data subject, by row of the table; so are the record and the columns. */
  readonly subject: ArrayLike<PersonKey>;
  /** The record, asked for where a condition is of the record; without it such a condition holds for none. */
  readonly recordOf?: (row: number) => DataRecord;
  readonly columns: Readonly<Record<string, RawColumn>>;
}
