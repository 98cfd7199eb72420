import type { Day } from '../../../schema/calendar.js';
import type { PersonKey } from '../../../schema/keys.js';
import { type Days, includesDay } from '../columns/days.js';

/**
 * What a data owner can mark a person with, by hand, between two extractions:
 *
 * - `non-disclosure`: places and family ties are withheld, of those who live with the person too (661/2009 §36);
 * - `objection`: the condition `not-objected` holds no more in this registry (703/2023);
 * - `restriction`: the person's rows in this registry answer nobody but the person (GDPR Art. 18);
 * - `erasure`: the person's rows in this registry answer as if they had never been (GDPR Art. 17).
 */
export const markKinds = ['non-disclosure', 'objection', 'restriction', 'erasure'] as const;
export type MarkKind = (typeof markKinds)[number];

/** The register that tells all others who is under non-disclosure. */
export const SHIELDING_REGISTRY = 'population';

/** One change of the marks, for the record: never of whom. */
export interface MarkChange {
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly action: 'add' | 'lift' | 'carry';
  readonly kind: MarkKind;
  readonly people: number;
  /** Who did it, as the machine or they themselves say. */
  readonly by: string;
}

/** The marks of one registry. */
export interface Marks {
  readonly people: Readonly<Record<MarkKind, ReadonlyMap<PersonKey, Days>>>;
  /** Who is shielded by a mark of non-disclosure, and when: the person, and who has lived with them. */
  readonly shields: ReadonlyMap<PersonKey, readonly Days[]>;
  readonly changes: readonly MarkChange[];
}

const nobody: ReadonlyMap<PersonKey, Days> = new Map();

export const noMarks: Marks = {
  people: { 'non-disclosure': nobody, objection: nobody, restriction: nobody, erasure: nobody },
  shields: new Map(),
  changes: [],
};

export function isMarked({ people }: Marks, kind: MarkKind, person: PersonKey, on: Day): boolean {
  const days = people[kind].get(person);
  return days !== undefined && includesDay(days, on);
}

/** Says whose rows in a registry do not exist for a caller: of everybody erased, and of whoever is restricted, but one's own. */
export function hiddenBy(
  marks: Marks,
  on: Day,
  caller: PersonKey | undefined,
): (person: PersonKey) => boolean {
  const { erasure, restriction } = marks.people;
  if (erasure.size === 0 && restriction.size === 0) return () => false;
  return (person) =>
    isMarked(marks, 'erasure', person, on) ||
    (person !== caller && isMarked(marks, 'restriction', person, on));
}
