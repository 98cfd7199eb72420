import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import { type Days, includesDay } from '../columns/table.js';

/**
 * What a data owner can record about a person by hand, between two extractions. `polku mark` calls it a mark.
 *
 * - `non-disclosure`: places and family ties are withheld, also for those who live with the person (661/2009
 *   §36);
 * - `objection`: the condition `not-objected` is false in this registry (703/2023);
 * - `restriction`: only the person sees the person's rows in this registry (GDPR Art. 18);
 * - `erasure`: this registry answers as if the person's rows had never existed (GDPR Art. 17).
 */
export const restrictionKinds = ['non-disclosure', 'objection', 'restriction', 'erasure'] as const;
export type RestrictionKind = (typeof restrictionKinds)[number];

/** The register whose non-disclosures apply in all registries. */
export const SHIELDING_REGISTRY = 'population';

/** One change, for the record. It does not name the people concerned. */
export interface RestrictionChange {
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly action: 'add' | 'lift' | 'carry';
  readonly kind: RestrictionKind;
  readonly people: number;
  /** The user of the machine, or the name given with the command. */
  readonly by: string;
}

/** Everything that was recorded by hand in one registry. */
export interface Restrictions {
  readonly people: Readonly<Record<RestrictionKind, ReadonlyMap<PersonKey, Days>>>;
  /**
   * Who is shielded by a recorded non-disclosure, and when: the person, and who has lived with the person.
   */
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

/**
 * Tests whether the rows of a person are hidden from a caller. Erased rows are hidden from everybody,
 * restricted rows from everybody but the person.
 */
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

/** The time and the author of a change. */
type Author = Pick<RestrictionChange, 'time' | 'by'>;

/** Returns the current key of a person; see Linkage.currentPerson. */
type CurrentKey = (person: PersonKey) => PersonKey;

/** Records people for some days. The new days replace earlier ones. */
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

/** Lifts what was recorded for people, also under their former keys. */
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
 * Copies entries to the current keys after a merge of two keys of one person. Entries under the former keys
 * stay, because snapshots hold these keys until the next extraction.
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
