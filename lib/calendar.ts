/**
 * Days since 1970-01-01 in the proleptic Gregorian calendar, as in Parquet's DATE. No time zone is involved.
 */
export type Day = number;

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * Calendar arithmetic counts from 0000-03-01, because a year that begins in March has its leap day at the
 * end.
 */
const DAYS_FROM_MARCH_0000_TO_1970 = 719_468;
/** Days in 400 years, after which the calendar repeats itself. */
const DAYS_IN_ERA = 146_097;

/**
 * Returns the day of a calendar date, or undefined if the date does not exist (2002-02-30). The calculation
 * uses the calendar's 400-year eras (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013). Date
 * objects are slower.
 */
export function dayOf(year: number, month: number, dayOfMonth: number): Day | undefined {
  if (!(month >= 1 && month <= 12 && dayOfMonth >= 1 && dayOfMonth <= daysInMonth(year, month)))
    return undefined;
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const dayOfYear = (((153 * marchMonth + 2) / 5) | 0) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * DAYS_IN_ERA + dayOfEra - DAYS_FROM_MARCH_0000_TO_1970;
}

/**
 * Returns the year, month and day of the month of a day, with the same eras. `| 0` makes divisions integer
 * divisions.
 */
export function calendarDate(day: Day): { year: number; month: number; dayOfMonth: number } {
  const shifted = day + DAYS_FROM_MARCH_0000_TO_1970;
  const era = Math.floor(shifted / DAYS_IN_ERA);
  const dayOfEra = shifted - era * DAYS_IN_ERA;
  const leapDays = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leapDays) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, dayOfMonth: dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1 };
}

export function yearOf(day: Day): number {
  return calendarDate(day).year;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Parses an ISO 8601 date (`2012-05-14`). Returns undefined if the text is not one. */
export function parseDay(text: string): Day | undefined {
  const parts = ISO_DATE.exec(text);
  return parts ? dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) : undefined;
}

/** Formats a day as an ISO 8601 date. */
export function formatDay(day: Day): string {
  const { year, month, dayOfMonth } = calendarDate(day);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/**
 * Adds years to a date; a negative number subtracts. A 29 February becomes 1 March in a year that is not a
 * leap year.
 */
export function addYears(day: Day, years: number): Day {
  const { year, month, dayOfMonth } = calendarDate(day);
  return dayOf(year + years, month, dayOfMonth) ?? dayOf(year + years, 3, 1)!;
}

/** Adds months to a date. The result is the last day of the month if the month has no such day. */
export function addMonths(day: Day, months: number): Day {
  const { year, month, dayOfMonth } = calendarDate(day);
  const at = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(at / 12), (at % 12) + 1];
  const lastOfMonth = dayOf(toMonth === 12 ? toYear + 1 : toYear, (toMonth % 12) + 1, 1)! - 1;
  return dayOf(toYear, toMonth, dayOfMonth) ?? lastOfMonth;
}

/**
 * The registers follow Finnish time. The formatter is shared because creating one is much slower than using
 * it.
 */
const HELSINKI = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });
const MILLISECONDS_A_MINUTE = 60_000;
/** The result for the last minute. In every current time zone a day begins at a whole minute. */
let minute = { number: NaN, day: 0 };

/** Today's date in Finland, whose law governs the registers. */
export function today(now: Date = new Date()): Day {
  const number = Math.floor(now.getTime() / MILLISECONDS_A_MINUTE);
  if (minute.number !== number) minute = { number, day: parseDay(HELSINKI.format(now))! };
  return minute.day;
}

const QUARTER = /^(\d{4})-Q([1-4])$/;

/**
 * Returns the first day of a quarter (`2007-Q1`: 1 January 2007), or undefined if the text is not a quarter.
 */
export function parseQuarter(text: string): Day | undefined {
  const parts = QUARTER.exec(text);
  return parts ? dayOf(Number(parts[1]), Number(parts[2]) * 3 - 2, 1) : undefined;
}

/** Formats the quarter that contains a day. */
export function formatQuarter(day: Day): string {
  const { year, month } = calendarDate(day);
  return `${String(year).padStart(4, '0')}-Q${Math.ceil(month / 3)}`;
}
