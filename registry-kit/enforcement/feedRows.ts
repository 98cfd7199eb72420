import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import type { CodeColumn, Table } from '../columns/table.js';
import type { DataRecord } from './dataSubject.js';

/** A column of a table before enforcement; days may be NO_DAY, codes NO_CODE. */
export type RawColumn =
  | { readonly kind: 'day'; readonly values: Int32Array }
  | { readonly kind: 'code'; readonly values: CodeColumn }
  | { readonly kind: 'number'; readonly values: Float64Array };

/** Rows of a table that follow one another, all of one data subject: from (inclusive) and to (exclusive). */
export interface RowRange {
  readonly person: PersonKey;
  readonly from: number;
  readonly to: number;
}

/**
 * What a feed's resolver answers: rows of one table, whole, each with its data subject, in columns named by the fields that
 * the feed's lineage declares. Nothing is copied: enforcement reads the table's own columns and makes a Feed of it.
 */
export interface FeedRows {
  /** Which rows of the table; those of one person are in the order of their start. */
  readonly ranges: readonly RowRange[];
  /** Cuts a range to what was asked for. It is asked of what may be opened, for it reads rows. */
  readonly within?: (range: RowRange) => readonly RowRange[];
  /** The record of a row, asked for where a condition is of the record; without it such a condition holds for none. */
  readonly recordOf?: (row: number) => DataRecord;
  /** By row of the table. */
  readonly columns: Readonly<Record<string, RawColumn>>;
}

/** Rows of a table one by one. */
export function eachRow({ subject }: Table, rows: Iterable<number>): RowRange[] {
  return Array.from(rows, (row) => ({ person: subject[row]!, from: row, to: row + 1 }));
}

/**
 * The rows of a person that permissions may open, found without reading the others: neither the answer nor the time that it takes
 * depends on how many rows a condition withholds. Rows are in the order of their start, so that a condition on age cuts them once.
 * @param startOf the day on which the record of a row began
 * @param mayOpen whether permissions may open a record that began on a day; without a day, any record
 */
export function openRange<Range extends RowRange>(
  range: Range,
  startOf: (row: number) => Day,
  mayOpen: (start?: Day) => boolean,
): Range {
  if (!mayOpen()) return { ...range, to: range.from };
  let [low, high] = [range.from, range.to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (mayOpen(startOf(middle))) high = middle;
    else low = middle + 1;
  }
  return { ...range, from: low };
}
