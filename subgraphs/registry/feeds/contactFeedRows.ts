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
  slices: readonly Slice<ContactTable>[],
  period: Period,
  type: string,
): FeedRows {
  const from = period.from == null ? -Infinity : firstDayOf(partialDay(period.from, 'year'));
  const until = period.until == null ? Infinity : lastDayOf(partialDay(period.until, 'year'));
  const subject: number[] = [];
  const startedAt: number[] = [];
  const endedAt: number[] = [];
  const service: (string | null)[] = [];
  const unit: (string | null)[] = [];
  for (const { table, person, from: first, to } of slices) {
    const { columns } = table;
    for (let row = first; row < to; row++) {
      const [start, end] = [columns.start[row]!, columns.end[row]!];
      if (start > until || (end === NO_DAY ? start : end) < from) continue;
      subject.push(person);
      startedAt.push(start);
      endedAt.push(end);
      service.push(codeAt(columns.service, row) ?? null);
      unit.push(codeAt(columns.unit, row) ?? null);
    }
  }
  return {
    subject,
    records: subject.map((_, row) => ({ start: startedAt[row]!, unit: unit[row] ?? undefined })),
    columns: {
      [`${type}.startedAt`]: { kind: 'day', values: startedAt },
      [`${type}.endedAt`]: { kind: 'day', values: endedAt },
      [`${type}.service`]: { kind: 'text', values: service },
      [`${type}.unit`]: { kind: 'text', values: unit },
    },
  };
}
