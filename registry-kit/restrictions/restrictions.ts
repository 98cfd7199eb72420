import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import { type Days, includesDay } from '../columns/table.js';

/**
 * What a data owner can mark a person with, by hand, between two extractions:
 *
 * - `non-disclosure`: places and family ties are withheld, of those who live with the person too (661/2009 §36);
 * - `objection`: the condition `not-objected` holds no more in this registry (703/2023);
 * - `restriction`: the person's rows in this registry answer nobody but the person (GDPR Art. 18);
 * - `erasure`: the person's rows in this registry answer as if they had never been (GDPR Art. 17).
 */
export const restrictionKinds = ['non-disclosure', 'objection', 'restriction', 'erasure'] as const;
export type RestrictionKind = (typeof restrictionKinds)[number];

/** The register that tells all others who is under non-disclosure. */
export const SHIELDING_REGISTRY = 'population';

/** One change of the marks, for the record: never of whom. */
export interface RestrictionChange {
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly action: 'add' | 'lift' | 'carry';
  readonly kind: RestrictionKind;
  readonly people: number;
  /** Who did it, as the machine or they themselves say. */
  readonly by: string;
}

/** The marks of one registry. */
export interface Restrictions {
  readonly people: Readonly<Record<RestrictionKind, ReadonlyMap<PersonKey, Days>>>;
  /** Who is shielded by a mark of non-disclosure, and when: the person, and who has lived with them. */
  readonly shields: ReadonlyMap<PersonKey, readonly Days[]>;
  readonly changes: readonly RestrictionChange[];
}

const nobody: ReadonlyMap<PersonKey, Days> = new Map();

export const noRestrictions: Restrictions = {
  people: { 'non-disclosure': nobody, objection: nobody, restriction: nobody, erasure: nobody },
  shields: new Map(),
  changes: [],
};

export function hasRestriction(
  { people }: Restrictions,
  kind: RestrictionKind,
  person: PersonKey,
  on: Day,
): boolean {
  const days = people[kind].get(person);
  return days !== undefined && includesDay(days, on);
}

/** Says whose rows in a registry do not exist for a caller: of everybody erased, and of whoever is restricted, but one's own. */
export function hiddenBy(
  restrictions: Restrictions,
  on: Day,
  caller: PersonKey | undefined,
): (person: PersonKey) => boolean {
  const { erasure, restriction } = restrictions.people;
  if (erasure.size === 0 && restriction.size === 0) return () => false;
  return (person) =>
    hasRestriction(restrictions, 'erasure', person, on) ||
    (person !== caller && hasRestriction(restrictions, 'restriction', person, on));
}

/** When a change is made, and by whom. */
type Author = Pick<RestrictionChange, 'time' | 'by'>;

/** The key that a person has now; see Linkage.currentPerson. */
type CurrentKey = (person: PersonKey) => PersonKey;

/** Marks people for some days, instead of the days for which they were marked before. */
export function addRestrictions(
  restrictions: Restrictions,
  kind: RestrictionKind,
  people: ReadonlySet<PersonKey>,
  days: Days,
  author: Author,
): Restrictions {
  const now = new Map(restrictions.people[kind]);
  for (const person of people) now.set(person, days);
  return changed(restrictions, kind, now, { ...author, action: 'add', kind, people: people.size });
}

/** Lifts the marks of people, those under keys that they had before, too. */
export function liftRestrictions(
  restrictions: Restrictions,
  kind: RestrictionKind,
  people: ReadonlySet<PersonKey>,
  currentKey: CurrentKey,
  author: Author,
): Restrictions {
  const now = new Map([...restrictions.people[kind]].filter(([person]) => !people.has(currentKey(person))));
  return changed(restrictions, kind, now, { ...author, action: 'lift', kind, people: people.size });
}

/**
 * Marks people under the keys that they have now, too, where two keys turned out to be one person's. The older marks stay,
 * for snapshots hold the older keys until they are extracted anew.
 */
export function carryRestrictions(
  restrictions: Restrictions,
  currentKey: CurrentKey,
  author: Author,
): Restrictions {
  let carried = restrictions;
  for (const [kind, before] of Object.entries(restrictions.people) as [
    RestrictionKind,
    ReadonlyMap<PersonKey, Days>,
  ][]) {
    const found = [...before].filter(([person]) => !before.has(currentKey(person)));
    if (found.length === 0) continue;
    const now = new Map([...before, ...found.map(([person, days]) => [currentKey(person), days] as const)]);
    carried = changed(carried, kind, now, { ...author, action: 'carry', kind, people: found.length });
  }
  return carried;
}

function changed(
  restrictions: Restrictions,
  kind: RestrictionKind,
  now: ReadonlyMap<PersonKey, Days>,
  change: RestrictionChange,
): Restrictions {
  return {
    ...restrictions,
    people: { ...restrictions.people, [kind]: now },
    changes: [...restrictions.changes, change],
  };
}
