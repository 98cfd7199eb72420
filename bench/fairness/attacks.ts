import { DATA_OWNER, FAMILY_TEAM } from '../../test/city/productionCity.js';

/** What attackers have in addition to their tokens. */
export interface Loot {
  /** Ids of families that they may see. */
  readonly families: readonly string[];
  /** A policy with 16,000 unknown keys, as one person has drafted and signed it. */
  readonly proposal: Readonly<Record<string, unknown>>;
}

export interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** A request that one caller repeats, many times concurrently. */
export interface Attack {
  readonly name: string;
  readonly claims: Readonly<Record<string, unknown>> & { readonly purposes: readonly string[] };
  /** @param number counts requests, so that no two are equal */
  ask(number: number, loot: Loot): Question;
}

export const RESIDENT = { recipient: 'resident', roles: ['resident'], purposes: ['data-subject'] };
const PLANNER = { recipient: 'city-planning', roles: ['planner'], purposes: ['planning'] };

const list = <Item>(length: number, item: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => item(index));
const repeat = (count: number, part: (index: number) => string): string => list(count, part).join(' ');

/** A path, and in each of its steps the path of the person, and so on. */
const pathsIn = (levels: number): string =>
  `servicePath { withheld steps { ${levels === 0 ? 'service { code }' : `person { birthYear ${pathsIn(levels - 1)} }`} } }`;

/** Twenty groups at once that were not queried before. */
function groups(number: number, selection: string, where: (criterion: object) => object): Question {
  const groupOf = (alias: number) =>
    where({ healthContacts: { from: '2005-01-01', atLeast: 1 + ((number * 20 + alias) % 1_000) } });
  return {
    query: `query (${repeat(20, (i) => `$w${i}: CohortFilter!`)}) { ${repeat(20, (i) => `a${i}: cohort(where: $w${i}) { ${selection} }`)} }`,
    variables: Object.fromEntries(list(20, (alias) => [`w${alias}`, groupOf(alias)])),
  };
}

const family = (year: number, where: object) => ({ family: { member: 'anyone', atEndOf: year, where } });

/** The inputs of the cases G02, G03, Y05, E06 and G22, and similar ones. */
export const attacks: readonly Attack[] = [
  {
    name: 'E06 paths in paths, unknown ids',
    claims: FAMILY_TEAM,
    ask: (number) => ({
      query: `{ ${repeat(20, (i) => `a${number}_${i}: family(id: "x") { ${pathsIn(5)} }`)} }`,
    }),
  },
  {
    name: 'E06 paths in paths, known ids',
    claims: FAMILY_TEAM,
    ask: (number, { families }) => ({
      query: `query ($id: FamilyID!) { ${repeat(20, (i) => `a${number}_${i}: family(id: $id) { ${pathsIn(5)} }`)} }`,
      variables: { id: families[0] },
    }),
  },
  {
    name: 'E06 all that limits let through',
    claims: FAMILY_TEAM,
    ask: (number, { families }) => ({
      query: `query ($id: FamilyID!) { ${repeat(8, (i) => `a${number}_${i}: family(id: $id) { ${pathsIn(1)} }`)} }`,
      variables: { id: families[0] },
    }),
  },
  {
    name: 'E06 the largest page of paths',
    claims: FAMILY_TEAM,
    ask: (number) => ({
      query: `{ a${number}: persons(first: 1000) { nodes { birthYear ${pathsIn(0)} } } }`,
    }),
  },
  {
    name: 'G22 5 kB, never seen',
    claims: FAMILY_TEAM,
    ask: (number) => ({
      query: `{ ${repeat(20, (i) => `a${number}_${i}: person(id: "x") { ${repeat(12, () => 'birthYear families { family { id } }')} }`)} }`,
    }),
  },
  {
    name: 'G22 26 kB, never seen, one registry',
    claims: FAMILY_TEAM,
    ask: (number, { families }) => ({
      query: `query ($id: FamilyID!) { ${repeat(19, (i) => `a${number}_${i}: family(id: $id) { ${repeat(26, () => 'members { role person { birthYear sex { code } } }')} }`)} }`,
      variables: { id: families[0] },
    }),
  },
  {
    name: 'G02 families without a criterion',
    claims: PLANNER,
    ask: (number) => ({
      query: 'query ($where: CohortFilter!) { cohort(where: $where) { size { count } } }',
      variables: {
        where: { all: list(900, (i) => family(1900 + ((number + i) % 120), { all: [] })) },
      },
    }),
  },
  {
    name: 'G02 forty families with one',
    claims: PLANNER,
    ask: (number) => ({
      query: 'query ($where: CohortFilter!) { cohort(where: $where) { size { count } } }',
      variables: {
        where: {
          all: list(40, (i) => family(1970 + i, { healthContacts: { atLeast: 1 + ((number + i) % 500) } })),
        },
      },
    }),
  },
  {
    name: 'G02 20 aliases, size',
    claims: PLANNER,
    ask: (number) => groups(number, 'size { count }', (criterion) => criterion),
  },
  {
    name: 'G02 20 aliases, the same again',
    claims: PLANNER,
    ask: () => groups(0, 'size { count }', () => ({ all: [] })),
  },
  {
    name: 'G02 members { withheld }',
    claims: PLANNER,
    ask: () =>
      groups(0, 'members(from: "2000-01-01", until: "2016-12-31") { withheld }', () => ({ all: [] })),
  },
  {
    name: 'G02 risk { status }',
    claims: PLANNER,
    ask: () => groups(0, 'childProtectionRisk(asOf: "2010-Q1") { status }', () => ({ all: [] })),
  },
  {
    name: 'G03 20 aliases of accessLog',
    claims: RESIDENT,
    ask: (number) => ({
      query: `{ ${repeat(20, (i) => `a${i}: accessLog(first: ${1 + ((number + i) % 100)}) { id at }`)} }`,
    }),
  },
  {
    name: 'Y05 16,000 unknown keys',
    claims: DATA_OWNER,
    ask: (_, { proposal }) => ({
      query:
        'mutation ($payload: String!, $person: String!, $signature: String!) { proposePolicy(payload: $payload, person: $person, signature: $signature) { standing } }',
      variables: proposal,
    }),
  },
];
