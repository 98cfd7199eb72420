import { type Day, dayOf, yearOf } from '../../lib/calendar.js';
import { NO_DAY } from '../columns/table.js';

/** Homes and families are published for the ends of years only, as in official statistics. */
export function yearEnd(year: number): Day {
  return dayOf(year, 12, 31)!;
}

/** After every year in a register. It means that an interval is ongoing. */
export const LAST_YEAR = 9999;

/**
 * Returns the first and last year whose end is in an interval. If there is none, the first year is after the
 * last.
 */
export function yearEndsIn(start: Day, end: Day): readonly [first: number, last: number] {
  const first = yearOf(start);
  if (end === NO_DAY) return [first, LAST_YEAR];
  const last = yearOf(end);
  return [first, end === yearEnd(last) ? last : last - 1];
}

/** Residences at the ends of years, in parallel columns. */
export interface YearlyResidences {
  readonly person: Uint32Array;
  /** The index of the district in a dictionary. */
  readonly district: Uint16Array;
  readonly firstYear: Uint16Array;
  readonly lastYear: Uint16Array;
}
