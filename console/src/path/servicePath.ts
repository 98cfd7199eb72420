/** An episode of a service path, as the gateway answers it. What policy withholds is null. */
export interface ServiceStep {
  readonly person?: { readonly id: string } | null;
  readonly sector: string;
  readonly service: string | null;
  /** ISO 8601, perhaps of reduced precision: `2012`, `2012-05`, `2012-05-14`. */
  readonly startedAt: string | null;
  /** null where all of it was on one date. */
  readonly endedAt: string | null;
  readonly contacts: number | null;
}

export interface ServicePath {
  readonly steps: readonly ServiceStep[] | null;
  /** Sectors that policy withholds, whether or not there is anything in them. */
  readonly withheld: readonly string[];
}

export interface Member {
  readonly person: Person | null;
  readonly role: string | null;
}

export interface Person {
  readonly id: string;
  readonly birthYear: string | number | null;
  readonly sex: string | null;
}

/** What the picture shows: one person, or one family with its members. */
export interface Pictured {
  readonly members: readonly Member[] | undefined;
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
    readonly members: readonly Member[] | null;
    readonly servicePath: ServicePath | null;
  } | null;
}

/** What to draw; undefined where the answer holds no path. */
export function readPictured({ person, family }: PathAnswer): Pictured | undefined {
  if (person?.servicePath) return { members: undefined, path: person.servicePath };
  if (family?.servicePath) return { members: family.members ?? [], path: family.servicePath };
  return undefined;
}
