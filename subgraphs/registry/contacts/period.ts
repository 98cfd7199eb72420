import type { Day } from '../../../schema/calendar.js';
import { firstDayOf, lastDayOf, partialDay } from '../../../schema/partialDay.js';
import type { Precision } from '../../../schema/partialDate.js';
import { NO_DAY } from '../columns/table.js';

/** A period of days, both ends included; open where an end is missing. */
export interface Period {
  readonly from?: Day | null | undefined;
  readonly until?: Day | null | undefined;
}

/** How exactly the caller may see the start and the end of a row; an end not shown is not tested. */
export interface PeriodPrecision {
  readonly start: Precision;
  readonly end: Precision | undefined;
}

/**
 * Tests whether a row overlaps a period, by no more than the caller may see of its dates: the bounds are widened to the
 * precision of the mask, so that moving a bound about inside a year tells nothing where only years are shown.
 *
 * @param ongoing what a missing end means: `true`, that the row goes on; `false`, that it is over the same day
 */
export function overlapTest(
  period: Period,
  { start, end }: PeriodPrecision,
  ongoing: boolean,
): (start: Day, end: Day) => boolean {
  const until = period.until == null ? Infinity : lastDayOf(partialDay(period.until, start));
  const fromStart = period.from == null ? -Infinity : firstDayOf(partialDay(period.from, start));
  const fromEnd =
    period.from == null || end === undefined ? fromStart : firstDayOf(partialDay(period.from, end));
  return (startDay, endDay) => {
    if (startDay > until) return false;
    if (end === undefined) return startDay >= fromStart;
    if (endDay === NO_DAY) return ongoing || startDay >= fromStart;
    return endDay >= fromEnd;
  };
}
