import type { Day } from '../../../schema/calendar.js';
import type { PersonKey } from '../../../schema/keys.js';
import { codeAt, NO_DAY, rowsOf, type Table } from '../columns/table.js';
import type { ConditionTests } from '../enforcement/access.js';
import type { overlaysRegistry } from './overlaysRegistry.js';

type Tables = typeof overlaysRegistry.tables;

/** The overlays in memory. */
export interface Overlays {
  readonly persons: Table<Tables['persons']>;
  readonly shields: Table<Tables['shields']>;
}

/**
 * Age, the population of a research permit, and non-disclosure. Whoever the population register does not know is neither
 * minor nor adult, and in no population.
 */
export function overlayConditions(
  { persons, shields }: Overlays,
  on: Day,
): Pick<ConditionTests, 'subject' | 'population' | 'isShielded'> {
  const { adultFrom, birthYear, district } = persons.columns;
  const ofPerson = (test: (row: number) => boolean) => (subject: PersonKey) => {
    const [from, to] = rowsOf(persons, subject);
    return from !== to && test(from);
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
        return ofPerson((row) => districts.has(codeAt(district, row)));
      }
      const [first = Infinity, last = -Infinity] = values.split('-').map(Number);
      return ofPerson((row) => birthYear[row]! >= first && birthYear[row]! <= last);
    },
    isShielded: (subject) => {
      const { start, end } = shields.columns;
      const [from, to] = rowsOf(shields, subject);
      for (let row = from; row < to; row++)
        if (start[row]! <= on && (end[row] === NO_DAY || end[row]! >= on)) return true;
      return false;
    },
  };
}
