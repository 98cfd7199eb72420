import { isoDate, monthsBetween, PERIOD, type Day } from '../calendar.js';
import { strength } from '../circumstances.js';
import type { Person } from '../people.js';
import { Random } from '../random.js';
import type { Enrolment } from './enrolments.js';

/** Most centres close in July. */
const JULY_SHARE = 0.3;

/** Weeks and working days in a month. */
const WEEKS = 4.35;
const WORKING_DAYS = 22;
const MOST_ABSENCE = 20;

export interface AttendedMonth {
  /** The first of the month. */
  readonly month: Day;
  readonly hours: number;
  readonly absenceDays: number;
}

/** Each whole month of an enrolment; the same ones whenever they are drawn. */
export function attendanceOf(seed: number, child: Person, enrolment: Enrolment): AttendedMonth[] {
  const random = Random.stream(seed, 'attendance', child.index, enrolment.from);
  const until = enrolment.until ?? PERIOD.last;
  const attended: AttendedMonth[] = [];
  const months = monthsBetween(enrolment.from, until + 1);
  months.forEach((month, i) => {
    const whole = i < months.length - 1 || until === PERIOD.last;
    const july = isoDate(month).slice(5, 7) === '07';
    if (!whole || (july && !random.chance(JULY_SHARE))) return;
    const absenceDays = Math.min(MOST_ABSENCE, random.poisson(meanAbsence(child, month)));
    const hours =
      enrolment.hoursPerWeek * WEEKS * (1 - absenceDays / WORKING_DAYS) * random.between(0.85, 1.02);
    attended.push({ month, hours: Math.round(hours * 2) / 2, absenceDays });
  });
  return attended;
}

/** Days a month: children of strained homes stay away more often. */
function meanAbsence({ needs, circumstances }: Person, day: Day): number {
  return (
    1.2 +
    1.5 * needs +
    2 * strength(circumstances.mentalHealth, day) +
    3 * strength(circumstances.substances, day) +
    1.5 * strength(circumstances.conflict, day)
  );
}
