import { firstDayOf, lastDayOf, partialDay } from '../../../schema/partialDay.js';
import { codeAt, NO_DAY } from '../columns/table.js';
import type { ContactTable } from '../contacts/contact.js';
import type { Period } from '../contacts/period.js';
import type { FeedRows } from '../enforcement/feedRows.js';
import type { Slice } from '../subgraph/rowLoader.js';

/**
 * The contacts of some persons as rows of a feed. The period is widened to whole years, the coarsest that any mask tells
 * of a date, so that which rows come depends on nothing withheld; the derived type cuts by the dates it was told.
 */
export function contactFeedRows(
  { subject, columns: { start, end, service, unit } }: ContactTable,
  slices: readonly Slice<ContactTable>[],
  period: Period,
  type: string,
): FeedRows {
  const from = period.from == null ? -Infinity : firstDayOf(partialDay(period.from, 'year'));
  const until = period.until == null ? Infinity : lastDayOf(partialDay(period.until, 'year'));
  const rows: number[] = [];
  for (const slice of slices) {
    for (let row = slice.from; row < slice.to; row++) {
      const last = end[row] === NO_DAY ? start[row]! : end[row]!;
      if (start[row]! <= until && last >= from) rows.push(row);
    }
  }
  return {
    rows,
    subject,
    recordOf: (row) => ({ start: start[row]!, unit: codeAt(unit, row) }),
    columns: {
      [`${type}.startedAt`]: { kind: 'day', values: start },
      [`${type}.endedAt`]: { kind: 'day', values: end },
      [`${type}.service`]: { kind: 'code', values: service },
      [`${type}.unit`]: { kind: 'code', values: unit },
    },
  };
}
