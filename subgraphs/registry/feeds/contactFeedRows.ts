import { firstDayOf, lastDayOf, partialDay } from '../../../schema/partialDay.js';
import { codeAt, NO_DAY } from '../columns/table.js';
import type { ContactTable } from '../contacts/contact.js';
import type { Period } from '../contacts/period.js';
import type { FeedRows, RowRange } from '../enforcement/feedRows.js';

/**
 * The contacts of some persons as rows of a feed.
 *
 * @param slices the rows of each person
 */
export function contactFeedRows(
  { columns }: ContactTable,
  slices: readonly RowRange[],
  period: Period,
): FeedRows {
  const { start, end, service, unit } = columns;
  return {
    ranges: slices,
    ...(isBounded(period) && { within: (range) => rangesIn(period, range, columns) }),
    recordOf: (row) => ({ start: start[row]!, unit: codeAt(unit, row) }),
    columns: {
      startedAt: { kind: 'day', values: start },
      endedAt: { kind: 'day', values: end },
      service: { kind: 'code', values: service },
      unit: { kind: 'code', values: unit },
    },
  };
}

/**
 * What lies in a period. It is widened to whole years, the coarsest that any mask tells of a date, so that which rows come
 * depends on nothing withheld; the derived type cuts by the dates it was told.
 */
function rangesIn(
  period: Period,
  { person, from, to }: RowRange,
  { start, end }: ContactTable['columns'],
): readonly RowRange[] {
  const first = period.from == null ? -Infinity : firstDayOf(partialDay(period.from, 'year'));
  const last = period.until == null ? Infinity : lastDayOf(partialDay(period.until, 'year'));
  const ranges: RowRange[] = [];
  let open = from;
  for (let row = from; row < to; row++) {
    const over = end[row] === NO_DAY ? start[row]! : end[row]!;
    if (start[row]! <= last && over >= first) continue;
    if (open < row) ranges.push({ person, from: open, to: row });
    open = row + 1;
  }
  if (open < to) ranges.push({ person, from: open, to });
  return ranges;
}

function isBounded({ from, until }: Period): boolean {
  return from != null || until != null;
}
