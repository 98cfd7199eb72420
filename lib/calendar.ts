/** Days are counted from 1970-01-01 in the proleptic Gregorian calendar, as in Parquet's DATE; no time zone enters. */
export type Day = number;

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Calendar arithmetic counts from 0000-03-01, for a year that begins in March has its leap day at the end. */
const DAYS_FROM_MARCH_0000_TO_1970 = 719_468;
/** Days in 400 years, after which the calendar repeats itself. */
const DAYS_IN_ERA = 146_097;

/**
 * The day of a calendar date, or undefined where there is no such date (2002-02-30). Computed by the calendar's 400-year eras
 * (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013); Date objects cost ten times as much.
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

/** A day as year, month and day of the month, by the same eras; `| 0` divides whole numbers. */
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

/** Reads an ISO 8601 date (`2012-05-14`); undefined where it is not one. */
export function parseDay(text: string): Day | undefined {
  const parts = ISO_DATE.exec(text);
  return parts ? dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) : undefined;
}

/** Writes a day as an ISO 8601 date. */
export function formatDay(day: Day): string {
  const { year, month, dayOfMonth } = calendarDate(day);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** The same date so many years later or, with a negative number, earlier; of a 29 February that is none, 1 March. */
export function addYears(day: Day, years: number): Day {
  const { year, month, dayOfMonth } = calendarDate(day);
  return dayOf(year + years, month, dayOfMonth) ?? dayOf(year + years, 3, 1)!;
}

/** The same day of the month so many months later, or that month's last day where it has no such day. */
export function addMonths(day: Day, months: number): Day {
  const { year, month, dayOfMonth } = calendarDate(day);
  const at = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(at / 12), (at % 12) + 1];
  const lastOfMonth = dayOf(toMonth === 12 ? toYear + 1 : toYear, (toMonth % 12) + 1, 1)! - 1;
  return dayOf(toYear, toMonth, dayOfMonth) ?? lastOfMonth;
}

/** Finland's registers follow Finland's clock. Making a formatter costs a hundred times what using it does. */
const HELSINKI = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });
const MILLISECONDS_A_MINUTE = 60_000;
/** The last minute that was asked about: days begin with a minute, in any zone of today. */
let minute = { number: NaN, day: 0 };

/** Today, in the zone whose law governs the registers. */
export function today(now: Date = new Date()): Day {
  const number = Math.floor(now.getTime() / MILLISECONDS_A_MINUTE);
  if (minute.number !== number) minute = { number, day: parseDay(HELSINKI.format(now))! };
  return minute.day;
}

const QUARTER = /^(\d{4})-Q([1-4])$/;

/** The first day of a quarter (`2007-Q1`: 1 January 2007); undefined where the text names none. */
export function parseQuarter(text: string): Day | undefined {
  const parts = QUARTER.exec(text);
  return parts ? dayOf(Number(parts[1]), Number(parts[2]) * 3 - 2, 1) : undefined;
}

/** Writes the quarter that a day lies in. */
export function formatQuarter(day: Day): string {
  const { year, month } = calendarDate(day);
  return `${String(year).padStart(4, '0')}-Q${Math.ceil(month / 3)}`;
}
