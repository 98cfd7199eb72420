import { calendarDate, type Day, dayOf, formatDay, parseDay } from './calendar.js';

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

/**
 * A partial date as an integer, for columns of feeds: the first day that it can mean, times four, and how much of it is told
 * in the lowest bits. Integers sort like the dates' texts. A whole date becomes one, and a day again, by a shift: no calendar
 * is asked but where a date is masked. NO_PARTIAL_DAY stands for no date.
 */
export type PartialDay = number;

/** Comes before every date. */
export const NO_PARTIAL_DAY: PartialDay = -2_147_483_648;

/** By the lowest bits. */
const PRECISIONS: readonly Precision[] = ['year', 'month', 'day'];
const [YEAR, MONTH, DAY] = [0, 1, 2];

/** The partial day of a day, told at a precision. */
export function partialDay(day: Day, precision: Precision): PartialDay {
  if (precision === 'day') return day * 4 + DAY;
  const { year, month } = calendarDate(day);
  return precision === 'month' ? dayOf(year, month, 1)! * 4 + MONTH : dayOf(year, 1, 1)! * 4 + YEAR;
}

/** The first day that a partial day can mean. */
export function firstDayOf(date: PartialDay): Day {
  return date >> 2;
}

/** The last day that a partial day can mean. */
export function lastDayOf(date: PartialDay): Day {
  const [first, told] = [date >> 2, date & 3];
  if (told === DAY) return first;
  const { year, month } = calendarDate(first);
  return (told === MONTH && month < 12 ? dayOf(year, month + 1, 1)! : dayOf(year + 1, 1, 1)!) - 1;
}

/** Writes it as ISO 8601 with reduced precision; null where there is none. */
export function formatPartialDay(date: PartialDay): PartialDate | null {
  return date === NO_PARTIAL_DAY ? null : formatPartialDate(firstDayOf(date), PRECISIONS[date & 3]!);
}
