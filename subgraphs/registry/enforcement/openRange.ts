import type { Day } from '../../../schema/calendar.js';
import type { RowRange } from './feedRows.js';

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
