import { calendarDate, type Day, dayOf, formatDay, parseDay } from './calendar.js';

/** ISO 8601 with reduced precision: `2012`, `2012-05` or `2012-05-14`. A masked date is still a date. */
export type PartialDate = string;

const PARTIAL_DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** The precision of a date. */
export type Precision = 'year' | 'month' | 'day';

const LENGTH: Record<Precision, number> = { year: 4, month: 7, day: 10 };

/** Formats a day with a precision. */
export function formatPartialDate(day: Day, precision: Precision): PartialDate {
  return formatDay(day).slice(0, LENGTH[precision]);
}

export function isPartialDate(text: string): boolean {
  return PARTIAL_DATE.test(text) && earliestDay(text) !== undefined;
}

/** Returns the first day of a partial date, or undefined if the text is not one. */
export function earliestDay(date: PartialDate): Day | undefined {
  return parseDay(date + '-01-01'.slice(Math.max(0, date.length - 4)));
}

/** Returns the last day of a partial date, or undefined if the text is not one. */
export function latestDay(date: PartialDate): Day | undefined {
  if (date.length === LENGTH.day) return parseDay(date);
  const [year, month] = date.split('-').map(Number);
  const next =
    month === undefined ? dayOf(year! + 1, 1, 1) : dayOf(year! + (month === 12 ? 1 : 0), (month % 12) + 1, 1);
  return next === undefined ? undefined : next - 1;
}

/**
 * A partial date as an integer, for columns of feeds: its first day times four, with the precision in the two
 * lowest bits. The integers sort like the dates' texts. A full date is converted in both directions by a
 * shift. Only masked dates need calendar arithmetic. NO_PARTIAL_DAY means no date.
 */
export type PartialDay = number;

/** Sorts before every date. */
export const NO_PARTIAL_DAY: PartialDay = -2_147_483_648;

/** Precisions by the value of the two lowest bits. */
const PRECISIONS: readonly Precision[] = ['year', 'month', 'day'];
const [YEAR, MONTH, DAY] = [0, 1, 2];

/** Reduces a day to a precision. */
export function partialDay(day: Day, precision: Precision): PartialDay {
  if (precision === 'day') return day * 4 + DAY;
  const { year, month } = calendarDate(day);
  return precision === 'month' ? dayOf(year, month, 1)! * 4 + MONTH : dayOf(year, 1, 1)! * 4 + YEAR;
}

/** Returns the first day of a partial day. */
export function firstDayOf(date: PartialDay): Day {
  return date >> 2;
}

/** Returns the last day of a partial day. */
export function lastDayOf(date: PartialDay): Day {
  const [first, precision] = [date >> 2, date & 3];
  if (precision === DAY) return first;
  const { year, month } = calendarDate(first);
  return (precision === MONTH && month < 12 ? dayOf(year, month + 1, 1)! : dayOf(year + 1, 1, 1)!) - 1;
}

/** Formats a partial day as ISO 8601 with reduced precision. Returns null for NO_PARTIAL_DAY. */
export function formatPartialDay(date: PartialDay): PartialDate | null {
  return date === NO_PARTIAL_DAY ? null : formatPartialDate(firstDayOf(date), PRECISIONS[date & 3]!);
}
