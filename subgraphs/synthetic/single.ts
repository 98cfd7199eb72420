import { PERIOD, YEAR, type Day } from './calendar.js';
import type { Person } from './people.js';
import type { Random } from './random.js';
import { newHome, type RegisterOffice } from './registerOffice.js';

/** Mean years until somebody who was left alone leaves the city. */
const STAY_YEARS = 16.5;

/** Mean years between two addresses within the city. */
export const MOVE_YEARS = 9;

/** Settles one person alone at a new address from `day` on, until they move out, die or the period ends. */
export function liveAlone(office: RegisterOffice, person: Person, day: Day, random: Random): void {
  const end = Math.min(
    day + 1 + Math.round(random.exponential(STAY_YEARS * YEAR)),
    person.death ?? Infinity,
    PERIOD.last,
  );
  for (let at = day; at < end || at === day; at += 1 + Math.round(random.exponential(MOVE_YEARS * YEAR))) {
    office.move(person, newHome(random), at);
  }
  office.leaveCity(person, end);
}
