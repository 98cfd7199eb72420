import { type Day, dayOf, yearOf } from '../../lib/calendar.js';
import { NO_DAY } from '../columns/table.js';

/** Where and with whom people live is told for the ends of years, as statistics do, and for no day between. */
export function yearEnd(year: number): Day {
  return dayOf(year, 12, 31)!;
}

/** Beyond any year of a register: it goes on. */
export const LAST_YEAR = 9999;

/** The first and the last year at whose end an interval held; the first after the last where it held at none. */
export function yearEndsIn(start: Day, end: Day): readonly [first: number, last: number] {
  const first = yearOf(start);
  if (end === NO_DAY) return [first, LAST_YEAR];
  const last = yearOf(end);
  return [first, end === yearEnd(last) ? last : last - 1];
}

/** Where people lived at the ends of years: rows of equal place belong together. */
export interface YearlyResidences {
  readonly person: Uint32Array;
  /** The number of the district in a dictionary. */
  readonly district: Uint16Array;
  readonly firstYear: Uint16Array;
  readonly lastYear: Uint16Array;
}
