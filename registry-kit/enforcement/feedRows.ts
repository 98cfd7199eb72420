import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import type { CodeColumn, Table } from '../columns/table.js';
import type { DataRecord } from './dataSubject.js';

/** A column of a table before enforcement. Days may be NO_DAY, codes may be NO_CODE. */
export type RawColumn =
  | { readonly kind: 'day'; readonly values: Int32Array }
  | { readonly kind: 'code'; readonly values: CodeColumn }
  | { readonly kind: 'number'; readonly values: Float64Array };

/** Consecutive rows of one data subject in a table: from (inclusive) to (exclusive). */
export interface RowRange {
  readonly person: PersonKey;
  readonly from: number;
  readonly to: number;
}

/**
 * The answer of a feed's resolver: complete rows of one table with their data subjects. The columns have the
 * names of the fields in the feed's lineage. Nothing is copied: enforcement reads the table's own columns and
 * makes a Feed.
 */
export interface FeedRows {
  /** The rows of the table. The rows of one person are sorted by start. */
  readonly ranges: readonly RowRange[];
  /**
   * Reduces a range to the requested rows. It reads rows, so it is called only for ranges that may be opened.
   */
  readonly within?: (range: RowRange) => readonly RowRange[];
  /** Returns the record of a row, for conditions on records. Without it, these conditions never hold. */
  readonly recordOf?: (row: number) => DataRecord;
  /** The columns, indexed by row of the table. */
  readonly columns: Readonly<Record<string, RawColumn>>;
}

/** Returns each row as its own range. */
export function eachRow({ subject }: Table, rows: Iterable<number>): RowRange[] {
  return Array.from(rows, (row) => ({ person: subject[row]!, from: row, to: row + 1 }));
}

/**
 * Finds the rows of a person that permissions may open, without reading the other rows. So neither the answer
 * nor its time depends on the number of withheld rows. Rows are sorted by start, so a condition on age splits
 * them at one point.
 * @param startOf returns the start day of a row's record
 * @param mayOpen says whether permissions may open a record that began on a day; without a day, any record
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
