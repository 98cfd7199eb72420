import { addYears, dayOf, PERIOD, type Day } from '../calendar.js';

/** Years after a block's date in which need is foreseen. */
export const HORIZON_YEARS = 5;

/** The dates as of which need is foreseen; the years after them do not overlap. */
export const BLOCK_DATES: readonly Day[] = [dayOf(2006, 12, 31), dayOf(2011, 12, 31)];

/** The first day after the latest block date before `day`, or of the period. What is seen from there on foretells nothing. */
export function blockStart(day: Day): Day {
  const date = BLOCK_DATES.findLast((date) => date < day);
  return date === undefined ? PERIOD.first : date + 1;
}

/** The first day of a block's year, 1..5; of year 6 the day after the block. */
export function yearStart(date: Day, year: number): Day {
  return addYears(date + 1, year - 1);
}
