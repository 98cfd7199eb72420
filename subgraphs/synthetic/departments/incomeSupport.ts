import { nextMonth, YEAR, type Day } from '../calendar.js';
import { strength } from '../circumstances.js';
import { ageOn, firstDay, lastDay, type Person } from '../people.js';
import type { Random } from '../random.js';

export interface IncomeSupportMonth {
  /** The first of the month. */
  readonly first: Day;
  readonly cents: number;
}

/** Spells begin at this yearly rate at full economic strain; they last five months on average. */
const SPELL_RATE = 1.4;
const MEAN_MONTHS = 5;

/** The months for which an adult applied and was paid; at most one payment a month. */
export function incomeSupportOf(person: Person, random: Random): IncomeSupportMonth[] {
  const months: IncomeSupportMonth[] = [];
  const last = lastDay(person);
  let spellEnd = -Infinity;
  for (let month = nextMonth(firstDay(person)); month <= last; month = nextMonth(month)) {
    const age = ageOn(person, month);
    if (age < 18 || age > 75) continue;
    const strain = strength(person.circumstances.economy, month);
    if (month > spellEnd) {
      if (!random.chance((SPELL_RATE * strain ** 1.5) / 12)) continue;
      spellEnd = month + Math.round(random.exponential((MEAN_MONTHS * YEAR) / 12));
    }
    months.push({ first: month, cents: random.int(8_000, 62_000) + Math.round(40_000 * strain) });
  }
  return months;
}
