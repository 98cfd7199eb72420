import { addYears, type Day, dayOf, yearOf } from '../../schema/calendar.js';

/**
 * The share of each of some years after a quarter that lies before a child's 18th birthday.
 * @param before the first day of the quarter
 */
export function exposureOf(birth: Day, before: Day, years: number): number[] {
  const majority = addYears(birth, 18);
  return yearsAfter(before, years).map(([start, next]) =>
    Math.min(1, Math.max(0, (majority - start) / (next - start))),
  );
}

/** The same, by the year of birth alone: the middle of that year stands for the birthday, as in the factor of age. */
export function exposureByYear(birth: Day, before: Day, years: number): number[] {
  return exposureOf(dayOf(yearOf(birth), 7, 1)!, before, years);
}

/** The first day of each of some years after a quarter, and the first day after it. */
export function yearsAfter(before: Day, years: number): readonly (readonly [start: Day, next: Day])[] {
  return Array.from({ length: years }, (_, index) => [addYears(before, index), addYears(before, index + 1)]);
}
