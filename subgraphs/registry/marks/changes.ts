import type { PersonKey } from '../../../schema/keys.js';
import type { Days } from '../columns/days.js';
import type { MarkChange, MarkKind, Marks } from './marks.js';

/** When a change is made, and by whom. */
export type Author = Pick<MarkChange, 'time' | 'by'>;

/** The key that a person has now; see Linkage.currentPerson. */
export type CurrentKey = (person: PersonKey) => PersonKey;

/** Marks people for some days, instead of the days for which they were marked before. */
export function addMarks(
  marks: Marks,
  kind: MarkKind,
  people: ReadonlySet<PersonKey>,
  days: Days,
  author: Author,
): Marks {
  const now = new Map(marks.people[kind]);
  for (const person of people) now.set(person, days);
  return changed(marks, kind, now, { ...author, action: 'add', kind, people: people.size });
}

/** Lifts the marks of people, those under keys that they had before, too. */
export function liftMarks(
  marks: Marks,
  kind: MarkKind,
  people: ReadonlySet<PersonKey>,
  currentKey: CurrentKey,
  author: Author,
): Marks {
  const now = new Map([...marks.people[kind]].filter(([person]) => !people.has(currentKey(person))));
  return changed(marks, kind, now, { ...author, action: 'lift', kind, people: people.size });
}

/**
 * Marks people under the keys that they have now, too, where two keys turned out to be one person's. The older marks stay,
 * for snapshots hold the older keys until they are extracted anew.
 */
export function carryMarks(marks: Marks, currentKey: CurrentKey, author: Author): Marks {
  let carried = marks;
  for (const [kind, before] of Object.entries(marks.people) as [MarkKind, ReadonlyMap<PersonKey, Days>][]) {
    const found = [...before].filter(([person]) => !before.has(currentKey(person)));
    if (found.length === 0) continue;
    const now = new Map([...before, ...found.map(([person, days]) => [currentKey(person), days] as const)]);
    carried = changed(carried, kind, now, { ...author, action: 'carry', kind, people: found.length });
  }
  return carried;
}

function changed(marks: Marks, kind: MarkKind, now: ReadonlyMap<PersonKey, Days>, change: MarkChange): Marks {
  return {
    ...marks,
    people: { ...marks.people, [kind]: now },
    changes: [...marks.changes, change],
  };
}
