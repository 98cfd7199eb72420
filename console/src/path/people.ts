import type { Person } from './servicePath.js';

/** Someone whose path can be drawn. */
export interface Subject {
  readonly kind: 'person' | 'family';
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
}

export const peopleQuery = `query PeopleToPicture {
  persons(first: 50) { nodes { id birthYear sex families { family { id } } } hasMore }
}`;

interface ListedPerson extends Person {
  readonly families: readonly { readonly family: { readonly id: string } | null }[] | null;
}

export interface PeopleAnswer {
  readonly persons: {
    readonly nodes: readonly ListedPerson[] | null;
    readonly hasMore: boolean | null;
  } | null;
}

/** `born 2011, female`: all that may be known of who someone is. */
export function describePerson({ birthYear, sex }: Person): string {
  const parts = [birthYear && `born ${birthYear}`, sex?.toLowerCase()].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'a person';
}

/** Pseudonyms are long and alike in front; their ends tell them apart. */
export function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}

/** The people and families that the picture can be drawn of, in the order of the gateway. */
export function listSubjects({ persons }: PeopleAnswer): { people: Subject[]; families: Subject[] } {
  const people: Subject[] = [];
  const known = new Map<string, string[]>();
  for (const person of persons?.nodes ?? []) {
    people.push({
      kind: 'person',
      id: person.id,
      title: capitalise(describePerson(person)),
      subtitle: shortId(person.id),
    });
    for (const id of new Set(person.families?.flatMap(({ family }) => family?.id ?? []))) {
      known.set(id, [...(known.get(id) ?? []), describePerson(person)]);
    }
  }
  const families = [...known].map(([id, of]): Subject => ({
    kind: 'family',
    id,
    title: `Family ${shortId(id)}`,
    subtitle: `${of.slice(0, 2).join('; ')}${of.length > 2 ? ` and ${of.length - 2} more` : ''}`,
  }));
  return { people, families };
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
