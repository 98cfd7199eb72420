import type { PathWords } from '../paths/pathWords.js';
import {
  type DrawnMember,
  type DrawnPath,
  type DrawnPerson,
  type Pictured,
  stepFields,
} from '../paths/servicePath.js';

/** A person or family whose path can be shown. */
export interface Subject {
  readonly kind: 'person' | 'family';
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  /** Birth year of the person, or of the youngest in the family; undefined if withheld. */
  readonly birthYear: number | undefined;
}

export const PAGE_SIZE = 50;

/** What a list says of a person, by coordinate. */
const listedFields = {
  'Person.birthYear': 'birthYear',
  'Person.sex': 'sex { code label }',
  'Person.families': 'families { role family { id } }',
};

/**
 * Asks only for what policy shows. A list of people is useful without the rest, and a look-up, which is
 * refused as a whole, would find nobody.
 * @param open coordinates that policy shows to the user
 */
function openFields(open: ReadonlySet<string>): string {
  const shown = Object.entries(listedFields).filter(([coordinate]) => open.has(coordinate));
  return ['id', ...shown.map(([, field]) => field)].join(' ');
}

export function peopleQuery(open: ReadonlySet<string>): string {
  return `query MyPeople($after: PersonID) {
  persons(first: ${PAGE_SIZE}, after: $after) { nodes { ${openFields(open)} } hasMore }
}`;
}

export function lookUpQuery(open: ReadonlySet<string>): string {
  return `query LookUp($code: IdentityCode!) { personByIdentityCode(code: $code) { ${openFields(open)} } }`;
}

export const personPathQuery = `query PersonPath($id: PersonID!) {
  person(id: $id) { servicePath { steps { ${stepFields} } withheld } }
}`;

export const familyPathQuery = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { person { id birthYear sex { code label } } role }
    servicePath { steps { person { id } ${stepFields} } withheld }
  }
}`;

export interface ListedPerson extends DrawnPerson {
  /** undefined: policy does not show them. */
  readonly families?: readonly ListedMembership[] | null;
}

interface ListedMembership {
  readonly role: string | null;
  readonly family: { readonly id: string } | null;
}

export interface PeopleAnswer {
  readonly persons: {
    readonly nodes: readonly ListedPerson[] | null;
    readonly hasMore: boolean | null;
  } | null;
}

export interface LookUpAnswer {
  readonly personByIdentityCode: ListedPerson | null;
}

export interface PathAnswer {
  readonly person?: { readonly servicePath: DrawnPath | null } | null;
  readonly family?: {
    readonly members: readonly DrawnMember[] | null;
    readonly servicePath: DrawnPath | null;
  } | null;
}

/** The content of the picture; undefined if the answer has no path. */
export function readPictured({ person, family }: PathAnswer): Pictured | undefined {
  if (person?.servicePath) return { members: undefined, path: person.servicePath };
  if (family?.servicePath) return { members: family.members ?? [], path: family.servicePath };
  return undefined;
}

/** The texts of a list of people. */
export interface SubjectTexts extends Pick<PathWords, 'person' | 'member'> {
  family(id: string): string;
  /** How many more members of a family are known than are named. */
  more(count: number): string;
}

/** The people and families whose path can be shown, in the order of the gateway. */
export function listSubjects(persons: readonly ListedPerson[], texts: SubjectTexts): readonly Subject[] {
  const families = new Map<string, DrawnMember[]>();
  for (const person of persons)
    for (const { family, role } of person.families ?? []) {
      if (!family) continue;
      const members = families.get(family.id) ?? [];
      if (members.every(({ person: known }) => known?.id !== person.id)) members.push({ person, role });
      families.set(family.id, members);
    }
  return [
    ...[...families].map(([id, members]) => describeFamily(id, members, texts)),
    ...persons.map((person) => describeListedPerson(person, texts)),
  ];
}

function describeListedPerson(person: DrawnPerson, texts: SubjectTexts): Subject {
  const described = texts.person(person);
  return {
    kind: 'person',
    id: person.id,
    title: described.charAt(0).toUpperCase() + described.slice(1),
    subtitle: shortId(person.id),
    birthYear: birthYearOf(person),
  };
}

const NAMED_MEMBERS = 3;

function describeFamily(id: string, members: readonly DrawnMember[], texts: SubjectTexts): Subject {
  const named = members.slice(0, NAMED_MEMBERS).map((member) => texts.member(member));
  const rest = members.length - named.length;
  const years = members.flatMap(({ person }) => (person && birthYearOf(person)) ?? []);
  return {
    kind: 'family',
    id,
    title: texts.family(shortId(id)),
    subtitle: [...named, ...(rest > 0 ? [texts.more(rest)] : [])].join('; '),
    birthYear: years.length > 0 ? Math.max(...years) : undefined,
  };
}

function birthYearOf({ birthYear }: DrawnPerson): number | undefined {
  return birthYear === null ? undefined : Number(birthYear);
}

/** The end of a pseudonym. Pseudonyms are long, and their ends differ. */
function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}

/** How the list is ordered: as the gateway has it, or by birth year. */
export type SubjectOrder = 'listed' | 'youngest' | 'eldest';

/** The subjects whose words contain every word of the search, in an order. Those of unknown age come last. */
export function selectSubjects(
  subjects: readonly Subject[],
  kind: Subject['kind'],
  search: string,
  order: SubjectOrder,
): readonly Subject[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = subjects.filter((subject) => {
    const text = `${subject.title} ${subject.subtitle}`.toLowerCase();
    return subject.kind === kind && wanted.every((word) => text.includes(word));
  });
  if (order === 'listed') return found;
  const unknown = order === 'youngest' ? -Infinity : Infinity;
  const sign = order === 'youngest' ? -1 : 1;
  return found.toSorted((a, b) => sign * ((a.birthYear ?? unknown) - (b.birthYear ?? unknown)) || 0);
}
