/** Days are counted from 1970-01-01 in the proleptic Gregorian calendar, as in Parquet's DATE; no time zone enters. */
export type Day = number;

const MILLISECONDS_A_DAY = 86_400_000;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The day of a calendar date, or undefined where there is no such date (2002-02-30). */
export function dayOf(year: number, month: number, dayOfMonth: number): Day | undefined {
  const time = Date.UTC(2000, month - 1, dayOfMonth);
  const date = new Date(time);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
  return exists ? date.getTime() / MILLISECONDS_A_DAY : undefined;
}

/** Reads an ISO 8601 date (`2012-05-14`); undefined where it is not one. */
export function parseDay(text: string): Day | undefined {
  const parts = ISO_DATE.exec(text);
  return parts ? dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) : undefined;
}

/** Writes a day as an ISO 8601 date. */
export function formatDay(day: Day): string {
  return new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
}

/** The same date so many years later or, with a negative number, earlier; of a 29 February that is none, 1 March. */
export function addYears(day: Day, years: number): Day {
  const [year, month, dayOfMonth] = formatDay(day).split('-').map(Number) as [number, number, number];
  return dayOf(year + years, month, dayOfMonth) ?? dayOf(year + years, 3, 1)!;
}

/** The same day of the month so many months later, or that month's last day where it has no such day. */
export function addMonths(day: Day, months: number): Day {
  const [year, month, dayOfMonth] = formatDay(day).split('-').map(Number) as [number, number, number];
  const at = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(at / 12), (at % 12) + 1];
  const lastOfMonth = dayOf(toMonth === 12 ? toYear + 1 : toYear, (toMonth % 12) + 1, 1)! - 1;
  return dayOf(toYear, toMonth, dayOfMonth) ?? lastOfMonth;
}

/** Finland's registers follow Finland's clock. Making a formatter costs a hundred times what using it does. */
const HELSINKI = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });

/** Today, in the zone whose law governs the registers. */
export function today(now: Date = new Date()): Day {
  return parseDay(HELSINKI.format(now))!;
}
