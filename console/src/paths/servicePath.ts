/** An episode of a service path in an answer of the gateway. Withheld values are null. */
export interface DrawnStep {
  readonly person?: { readonly id: string } | null;
  readonly sector: string;
  readonly service: string | null;
  /** ISO 8601, possibly of reduced precision: `2012`, `2012-05`, `2012-05-14`. */
  readonly startedAt: string | null;
  /** null if the step was on one date. */
  readonly endedAt: string | null;
  readonly contacts: number | null;
}

interface ServicePath {
  readonly steps: readonly DrawnStep[] | null;
  /** Sectors that policy withholds, whether or not they contain anything. */
  readonly withheld: readonly string[];
}

export interface DrawnMember {
  readonly person: DrawnPerson | null;
  readonly role: string | null;
}

interface DrawnPerson {
  readonly id: string;
  readonly birthYear: string | number | null;
  readonly sex: string | null;
}

/** The content of the picture: one person, or one family with its members. */
export interface Pictured {
  readonly members: readonly DrawnMember[] | undefined;
  readonly path: ServicePath;
}

const steps = 'sector service startedAt endedAt contacts';

export const personPathQuery = `query PersonPicture($id: PersonID!) {
  person(id: $id) { servicePath { steps { ${steps} } withheld } }
}`;

export const familyPathQuery = `query FamilyPicture($id: FamilyID!) {
  family(id: $id) {
    members { person { id birthYear sex } role }
    servicePath { steps { person { id } ${steps} } withheld }
  }
}`;

export interface PathAnswer {
  readonly person?: { readonly servicePath: ServicePath | null } | null;
  readonly family?: {
    readonly members: readonly DrawnMember[] | null;
    readonly servicePath: ServicePath | null;
  } | null;
}

/** The content of the picture; undefined if the answer has no path. */
export function readPictured({ person, family }: PathAnswer): Pictured | undefined {
  if (person?.servicePath) return { members: undefined, path: person.servicePath };
  if (family?.servicePath) return { members: family.members ?? [], path: family.servicePath };
  return undefined;
}

/** A person or family whose path can be drawn. */
export interface DrawnSubject {
  readonly kind: 'person' | 'family';
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
}

export const peopleQuery = `query PeopleToPicture {
  persons(first: 50) { nodes { id birthYear sex families { family { id } } } hasMore }
}`;

interface ListedPerson extends DrawnPerson {
  readonly families: readonly { readonly family: { readonly id: string } | null }[] | null;
}

export interface PeopleAnswer {
  readonly persons: {
    readonly nodes: readonly ListedPerson[] | null;
    readonly hasMore: boolean | null;
  } | null;
}

/** `born 2011, female`: nothing else is known about a person. */
export function describePerson({ birthYear, sex }: DrawnPerson): string {
  const parts = [birthYear && `born ${birthYear}`, sex?.toLowerCase()].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'a person';
}

/** The end of a pseudonym. Pseudonyms are long, and their ends differ. */
function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}

/** The people and families whose picture can be drawn, in the order of the gateway. */
export function listSubjects({ persons }: PeopleAnswer): {
  people: DrawnSubject[];
  families: DrawnSubject[];
} {
  const people: DrawnSubject[] = [];
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
  const families = [...known].map(([id, of]): DrawnSubject => ({
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

const known = ['health', 'social', 'education'];

/** The name of a sector in words: `HEALTH` -> Health. */
export function sectorName(sector: string): string {
  return capitalise(sector.toLowerCase().replaceAll('_', ' '));
}

/** The CSS class for the colour of a sector. */
export function sectorClass(sector: string): string {
  const name = sector.toLowerCase();
  return `sector-${known.includes(name) ? name : 'other'}`;
}

/** Sectors in the same order everywhere: known ones first, then others by name. */
export function orderSectors(sectors: Iterable<string>): string[] {
  const rank = (sector: string): number => {
    const index = known.indexOf(sector.toLowerCase());
    return index === -1 ? known.length : index;
  };
  return [...new Set(sectors)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
