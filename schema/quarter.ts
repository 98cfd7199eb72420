import { calendarDate, type Day, dayOf } from './calendar.js';

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
