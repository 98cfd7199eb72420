import { type Day, formatDay } from '../lib/calendar.js';

export type { Day };

const MILLISECONDS = 86_400_000;

/** Mean length of a year in days. */
export const YEAR = 365.25;

/** The day of a date that is known to exist. */
export function dayOf(year: number, month: number, date: number): Day {
  return Date.UTC(year, month - 1, date) / MILLISECONDS;
}

/** The years that the city's registries cover; both days belong to the period. */
export const PERIOD = {
  firstYear: 2002,
  lastYear: 2016,
  first: dayOf(2002, 1, 1),
  last: dayOf(2016, 12, 31),
};

/** The first days of the months that begin from one day on up to another, both included. */
export function monthsBetween(from: Day, until: Day): readonly Day[] {
  const first = MONTHS.findIndex((month) => month >= from);
  const beyond = MONTHS.findIndex((month) => month > until);
  return first === -1 ? [] : MONTHS.slice(first, beyond === -1 ? undefined : beyond);
}

const MONTHS: readonly Day[] = Array.from({ length: (PERIOD.lastYear - PERIOD.firstYear + 1) * 12 }, (_, i) =>
  dayOf(PERIOD.firstYear, 1 + i, 1),
);

export function yearOf(day: Day): number {
  return new Date(day * MILLISECONDS).getUTCFullYear();
}

/** The same date `years` later; 29 February becomes 1 March in a common year. */
export function addYears(day: Day, years: number): Day {
  const date = new Date(day * MILLISECONDS);
  return dayOf(date.getUTCFullYear() + years, date.getUTCMonth() + 1, date.getUTCDate());
}

/** Saturdays and Sundays become the Friday before, as offices are closed. */
export function officeDay(day: Day): Day {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return weekday === 6 ? day - 1 : weekday === 0 ? day - 2 : day;
}

/** yyyy-mm-dd */
export const isoDate = memoised(formatDay);

/** dd.mm.yyyy */
export const finnishDate = memoised((day) => {
  const iso = isoDate(day);
  return `${iso.slice(8)}.${iso.slice(5, 7)}.${iso.slice(0, 4)}`;
});

/** Few days occur, in millions of rows. */
function memoised(format: (day: Day) => string): (day: Day) => string {
  const known = new Map<Day, string>();
  return (day) => {
    let text = known.get(day);
    if (text === undefined) {
      text = format(day);
      known.set(day, text);
    }
    return text;
  };
}
