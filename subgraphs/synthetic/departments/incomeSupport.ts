import { monthsBetween, YEAR, type Day } from '../calendar.js';
import { strength } from '../circumstances.js';
import { ageOn, firstDay, isLoneParentOn, lastDay, type Person } from '../people.js';
import { Random } from '../random.js';

export interface IncomeSupportMonth {
  /** The first of the month. */
  readonly first: Day;
  readonly cents: number;
}

/** Spells begin at this yearly rate at full economic strain, more often with lone parents and the young; they last some months. */
const SPELL_RATE = 0.7;
const LONE_PARENT = 12;
const YOUNG = 3.5;
const MEAN_MONTHS = 11;

/** The months for which an adult applied and was paid, at most one payment each; the same whenever they are drawn. */
export function incomeSupportOf(seed: number, person: Person): readonly IncomeSupportMonth[] {
  const random = Random.stream(seed, 'income-support', person.index);
  const months: IncomeSupportMonth[] = [];
  let spellEnd = -Infinity;
  for (const month of monthsBetween(firstDay(person) + 1, lastDay(person))) {
    const age = ageOn(person, month);
    if (age < 18 || age > 75) continue;
    const strain = strength(person.circumstances.economy, month);
    if (month > spellEnd) {
      const often = isLoneParentOn(person, month) ? LONE_PARENT : age < 26 ? YOUNG : 1;
      const rate = SPELL_RATE * often * strain ** 1.5;
      if (!random.chance(rate / 12)) continue;
      spellEnd = month + Math.round(random.exponential((MEAN_MONTHS * YEAR) / 12));
    }
    months.push({ first: month, cents: random.int(8_000, 62_000) + Math.round(40_000 * strain) });
  }
  return months;
}
