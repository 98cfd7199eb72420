import { addYears, type Day } from '../calendar.js';
import type { Family, Interval, Person } from '../people.js';

/** The home of a minor as the population register has it on a day. */
export interface ChildHome {
  /** Members of the child's family in the role of a parent. */
  readonly parents: readonly Person[];
  /** Members in the role of a child who are under 18. */
  readonly minors: number;
  /** The last day of an earlier membership in another family, if there was one. */
  readonly formerFamilyUntil: Day | null;
}

/** Every minor's home on a day. */
export function childHomes(families: readonly Family[], day: Day): ReadonlyMap<Person, ChildHome> {
  const former = new Map<Person, Day>();
  const current: (readonly [Person, Omit<ChildHome, 'formerFamilyUntil'>])[] = [];
  for (const { memberships } of families) {
    const parents: Person[] = [];
    const minors: Person[] = [];
    for (const membership of memberships) {
      const { person, role, until } = membership;
      if (holdsOn(membership, day)) {
        if (role === 'vanhempi') parents.push(person);
        else if (isMinor(person, day)) minors.push(person);
      } else if (until !== null && until < day && isMinor(person, day)) {
        former.set(person, Math.max(until, former.get(person) ?? -Infinity));
      }
    }
    for (const child of minors) current.push([child, { parents, minors: minors.length }]);
  }
  return new Map(
    current.map(([child, home]) => [child, { ...home, formerFamilyUntil: former.get(child) ?? null }]),
  );
}

export function isMinor(person: Person, day: Day): boolean {
  return addYears(person.birth, 18) > day;
}

function holdsOn({ from, until }: Interval, day: Day): boolean {
  return from <= day && (until === null || until >= day);
}
