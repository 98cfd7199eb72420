import { DAYS_FROM_MARCH_0000_TO_1970, DAYS_IN_ERA, type Day, dayOf } from './calendar.js';
import type { PartialDate, Precision } from './partialDate.js';

/**
 * A partial date as an integer, for columns of feeds: yyyymmdd with zeros for what is not told (20120000, 20120500,
 * 20120514). Integers sort like the dates' texts. NO_PARTIAL_DAY stands for no date.
 */
export type PartialDay = number;

export const NO_PARTIAL_DAY: PartialDay = 0;

/**
 * The partial day of a day, told at a precision. Computed by the calendar's 400-year eras, as `dayOf` does the other way;
 * `| 0` divides whole numbers where Math.floor would divide doubles.
 */
export function partialDay(day: Day, precision: Precision): PartialDay {
  const shifted = day + DAYS_FROM_MARCH_0000_TO_1970;
  const era = Math.floor(shifted / DAYS_IN_ERA);
  const dayOfEra = shifted - era * DAYS_IN_ERA;
  const leapDays = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leapDays) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (precision === 'year') return year * 10_000;
  if (precision === 'month') return year * 10_000 + month * 100;
  return year * 10_000 + month * 100 + dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1;
}

/** The first day that a partial day can mean. */
export function firstDayOf(date: PartialDay): Day {
  return dayOf(yearOf(date), monthOf(date) || 1, date % 100 || 1)!;
}

/** The last day that a partial day can mean. */
export function lastDayOf(date: PartialDay): Day {
  const [year, month, day] = [yearOf(date), monthOf(date), date % 100];
  if (day) return dayOf(year, month, day)!;
  return (month && month < 12 ? dayOf(year, month + 1, 1)! : dayOf(year + 1, 1, 1)!) - 1;
}

/** Writes it as ISO 8601 with reduced precision; null where there is none. */
export function formatPartialDay(date: PartialDay): PartialDate | null {
  if (date === NO_PARTIAL_DAY) return null;
  const text = String(date).padStart(8, '0');
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)];
  if (month === '00') return year;
  return day === '00' ? `${year}-${month}` : `${year}-${month}-${day}`;
}

function yearOf(date: PartialDay): number {
  return (date / 10_000) | 0;
}

function monthOf(date: PartialDay): number {
  return ((date / 100) | 0) % 100;
}
