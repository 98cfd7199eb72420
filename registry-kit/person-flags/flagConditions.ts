import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import { codeAt, includesDay, rowRangeOf, type Table } from '../columns/table.js';
import type { ConditionTests } from '../enforcement/requestAccess.js';
import { hiddenBy, type Restrictions } from '../restrictions/restrictions.js';
import type { personFlagsRegistry } from './personFlags.js';

type Tables = typeof personFlagsRegistry.tables;

/** The person flags in memory. */
export interface PersonFlags {
  readonly persons: Table<Tables['persons']>;
  readonly shields: Table<Tables['shields']>;
}

/**
 * Tests age, the population of a research permit, and non-disclosure. A person who is unknown to the
 * population register, or hidden from this caller, is neither minor nor adult and belongs to no population.
 *
 * @param restrictions those of the population register
 * @param caller the person who has logged in as a data subject
 */
export function flagConditions(
  { persons, shields }: PersonFlags,
  restrictions: Restrictions,
  on: Day,
  caller: PersonKey | undefined,
): Pick<ConditionTests, 'subject' | 'population' | 'isShielded'> {
  const { adultFrom, birthYear, district } = persons.columns;
  const isHidden = hiddenBy(restrictions, on, caller);
  const ofPerson = (test: (row: number) => boolean) => (subject: PersonKey) => {
    const [from, to] = rowRangeOf(persons, subject);
    return from !== to && !isHidden(subject) && test(from);
  };
  return {
    subject: {
      minor: ofPerson((row) => adultFrom[row]! > on),
      adult: ofPerson((row) => adultFrom[row]! <= on),
    },
    population: (condition) => {
      const [, kind, values = ''] = /^(born|living-in)\((.*)\)$/.exec(condition) ?? [];
      if (kind === 'living-in') {
        const districts = new Set<string | undefined>(values.split(','));
        const lives = ofPerson((row) => districts.has(codeAt(district, row)));
        return (subject) => !restrictions.shields.has(subject) && lives(subject);
      }
      const [first = Infinity, last = -Infinity] = values.split('-').map(Number);
      return ofPerson((row) => birthYear[row]! >= first && birthYear[row]! <= last);
    },
    isShielded: (subject) => {
      const { start, end } = shields.columns;
      const [from, to] = rowRangeOf(shields, subject);
      for (let row = from; row < to; row++)
        if (includesDay({ start: start[row]!, end: end[row]! }, on)) return true;
      return restrictions.shields.get(subject)?.some((days) => includesDay(days, on)) ?? false;
    },
  };
}
