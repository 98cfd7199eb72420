import { addYears, type Day, formatDay, yearOf } from '../lib/calendar.js';

export { addYears, type Day, yearOf };

const MILLISECONDS = 86_400_000;

/** Mean length of a year in days. */
export const YEAR = 365.25;

/** The day of a date that exists. */
export function calendarDay(year: number, month: number, date: number): Day {
  return Date.UTC(year, month - 1, date) / MILLISECONDS;
}

/** The period that the city's registries cover, including both days. */
export const PERIOD = {
  firstYear: 2002,
  lastYear: 2016,
  first: calendarDay(2002, 1, 1),
  last: calendarDay(2016, 12, 31),
};

/** The first days of the months that begin between two days, both included. */
export function monthsBetween(from: Day, until: Day): readonly Day[] {
  const first = MONTHS.findIndex((month) => month >= from);
  const beyond = MONTHS.findIndex((month) => month > until);
  return first === -1 ? [] : MONTHS.slice(first, beyond === -1 ? undefined : beyond);
}

const MONTHS: readonly Day[] = Array.from({ length: (PERIOD.lastYear - PERIOD.firstYear + 1) * 12 }, (_, i) =>
  calendarDay(PERIOD.firstYear, 1 + i, 1),
);

/** Moves Saturdays and Sundays to the Friday before, because offices are closed. */
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

/** Caches texts, because few different days occur in millions of rows. */
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
