import { type Day, dayOf, formatDay, parseDay } from './calendar.js';

/** ISO 8601 with reduced precision: `2012`, `2012-05` or `2012-05-14`. A masked date is still a date. */
export type PartialDate = string;

const PARTIAL_DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** How much of a date is told. */
export type Precision = 'year' | 'month' | 'day';

const LENGTH: Record<Precision, number> = { year: 4, month: 7, day: 10 };

/** Writes a day at a precision. */
export function formatPartialDate(day: Day, precision: Precision): PartialDate {
  return formatDay(day).slice(0, LENGTH[precision]);
}

export function isPartialDate(text: string): boolean {
  return PARTIAL_DATE.test(text) && firstDay(text) !== undefined;
}

/** The first day that a partial date can mean; undefined where it is not one. */
export function firstDay(date: PartialDate): Day | undefined {
  return parseDay(date + '-01-01'.slice(Math.max(0, date.length - 4)));
}

/** The last day that a partial date can mean; undefined where it is not one. */
export function lastDay(date: PartialDate): Day | undefined {
  if (date.length === LENGTH.day) return parseDay(date);
  const [year, month] = date.split('-').map(Number);
  const next =
    month === undefined ? dayOf(year! + 1, 1, 1) : dayOf(year! + (month === 12 ? 1 : 0), (month % 12) + 1, 1);
  return next === undefined ? undefined : next - 1;
}
