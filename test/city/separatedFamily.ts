import { addYears, formatDay, today } from '../../lib/calendar.js';
import type { World } from './smallWorld.js';

/** Keys of the persons and families in it. */
export const MOTHER = 1;
export const CHILD = 2;
export const FATHER = 3;
export const NEIGHBOUR = 4;
export const OLD_FAMILY = 11;
export const NEW_FAMILY = 12;
export const NEIGHBOURS = 13;

const yearsAgo = (years: number): string => formatDay(addYears(today(), -years));

/**
 * A mother who has left with the child and is under non-disclosure for safety since; the father stayed, and a
 * neighbour is unrelated. Each has a recent and an old contact of each department, in units that reveal a
 * place.
 */
export const separatedFamily: World = {
  population: {
    persons: [
      { person: MOTHER, birth: '1985-02-03', sex: 'female', language: 'fi' },
      { person: CHILD, birth: yearsAgo(7), sex: 'female', language: 'fi' },
      { person: FATHER, birth: '1983-07-08', sex: 'male', language: 'fi' },
      { person: NEIGHBOUR, birth: '1990-01-01', sex: 'male', language: 'sv' },
    ],
    memberships: [
      { person: MOTHER, family: OLD_FAMILY, role: 'parent', start: yearsAgo(8), end: yearsAgo(4) },
      { person: CHILD, family: OLD_FAMILY, role: 'child', start: yearsAgo(7), end: yearsAgo(4) },
      { person: FATHER, family: OLD_FAMILY, role: 'parent', start: yearsAgo(8) },
      { person: MOTHER, family: NEW_FAMILY, role: 'parent', start: yearsAgo(3) },
      { person: CHILD, family: NEW_FAMILY, role: 'child', start: yearsAgo(3) },
      { person: NEIGHBOUR, family: NEIGHBOURS, role: 'parent', start: yearsAgo(5) },
    ],
    residences: [
      { person: MOTHER, district: 'Secret', start: yearsAgo(3) },
      { person: CHILD, district: 'Secret', start: yearsAgo(3) },
      { person: FATHER, district: 'Tapiola', start: yearsAgo(8) },
      { person: NEIGHBOUR, district: 'Leppävaara', start: yearsAgo(5) },
    ],
    nonDisclosures: [{ person: MOTHER, start: yearsAgo(3) }],
  },
  health: departments('T11', 'H', 'H-1', { diagnosis: 'J06.9' }),
  social: departments('S20', 'S', 'S-1', { kind: 'visit' }),
  education: departments('E10', 'E', 'E-1', { hours: 100, absenceDays: 1 }),
};

function departments(
  service: string,
  letter: string,
  employee: string,
  more: Readonly<Record<string, string | number>>,
): World[string] {
  const everybody = [MOTHER, CHILD, FATHER, NEIGHBOUR];
  const unitOf = (person: number) => `${letter}-${person < FATHER ? 'Secret' : 'Tapiola'}`;
  return {
    contacts: everybody.flatMap((person) => [
      { person, id: BigInt(person * 10), start: yearsAgo(1), service, unit: unitOf(person), ...more },
      { person, id: BigInt(person * 10 + 1), start: yearsAgo(6), service, unit: unitOf(person), ...more },
    ]),
    careRelationships: [MOTHER, CHILD, FATHER].map((person) => ({ person, employee, start: yearsAgo(9) })),
  };
}
