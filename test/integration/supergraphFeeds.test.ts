import { describe, expect, it } from '@jest/globals';
import { seal, unseal } from '../../gateway/pseudonyms.js';
import { Feed } from '../../schema/feed.js';
import { FamilyIDScalar, FeedScalar, PersonIDScalar } from '../../schema/scalars.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { ask, composed, testDomain, testSubgraph } from './supergraphTestbed.js';

interface PathKey {
  readonly person: number;
  readonly from: string | null;
  readonly until: string | null;
}
interface FamilyPathKey {
  readonly family: number;
  readonly from: string | null;
  readonly until: string | null;
  readonly members: unknown;
}

const members: Record<number, number[]> = { 5: [11, 12] };
const asked: string[] = [];

const scalars = { PersonID: PersonIDScalar, FamilyID: FamilyIDScalar, Feed: FeedScalar };
const SCALARS = 'scalar PersonID scalar FamilyID scalar Feed @inaccessible';
const PATH = `person: PersonID! @inaccessible from: String @inaccessible until: String @inaccessible`;
const FAMILY_PATH = `family: FamilyID! @inaccessible from: String @inaccessible until: String @inaccessible`;

const population = testSubgraph(
  'population',
  `${SCALARS}
  type Query { person(id: PersonID!): Person people(ids: [PersonID!]!): [Person] family(id: FamilyID!): Family }
  type Person @key(fields: "id") { id: PersonID! birthYear: Int }
  type Family @key(fields: "id") { id: FamilyID! members: [Person!] }
  type FamilyServicePath @key(fields: "family from until") { ${FAMILY_PATH} members: Feed @inaccessible }`,
  {
    ...scalars,
    Query: {
      person: (_, { id }: { id: number }) => ({ id }),
      people: (_, { ids }: { ids: number[] }) => ids.map((id) => ({ id })),
      family: (_, { id }: { id: number }) => ({ id }),
    },
    Person: { birthYear: ({ id }: { id: number }) => 1900 + id },
    Family: { members: ({ id }: { id: number }) => members[id]?.map((person) => ({ id: person })) },
    FamilyServicePath: {
      members: ({ family }: { family: number }) =>
        Feed.data({ person: Uint32Array.from(members[family] ?? []) }),
    },
  },
);

/** A registry: its feed of a path names the person and the period. */
function registry(name: string): Subgraph {
  return testSubgraph(
    name,
    `${SCALARS}
    type Query { ${name}Ready: Boolean }
    type ServicePath @key(fields: "person from until") { ${PATH} ${name}: Feed @inaccessible }
    type FamilyServicePath @key(fields: "family from until") {
      ${FAMILY_PATH} members: Feed @external ${name}: Feed @inaccessible @requires(fields: "members")
    }`,
    {
      ...scalars,
      ServicePath: {
        [name]: ({ person, from, until }: PathKey) => {
          asked.push(name);
          return Feed.data({ step: [`${name} ${person} ${from}-${until}`] });
        },
      },
      FamilyServicePath: {
        [name]: ({ members }: FamilyPathKey) => {
          const feed = Feed.from(members);
          if (feed.state !== 'data') return feed;
          return Feed.data({
            step: Array.from(feed.columns['person'] as Uint32Array, (person) => `${name} ${person}`),
          });
        },
      },
    },
  );
}

const steps = (feeds: readonly unknown[]): string[] =>
  feeds.map(Feed.from).flatMap(({ state, columns }) => (columns['step'] as string[] | undefined) ?? [state]);

const paths = testSubgraph(
  'paths',
  `${SCALARS}
  type Query { pathsReady: Boolean }
  type Person @key(fields: "id") { id: PersonID! servicePath(from: String, until: String): ServicePath }
  type Family @key(fields: "id") { id: FamilyID! servicePath(from: String, until: String): FamilyServicePath }
  type ServicePath @key(fields: "person from until") {
    ${PATH} health: Feed @external social: Feed @external
    steps: [String!] @requires(fields: "health social")
  }
  type FamilyServicePath @key(fields: "family from until") {
    ${FAMILY_PATH} health: Feed @external social: Feed @external
    steps: [String!] @requires(fields: "health social")
  }`,
  {
    ...scalars,
    Person: {
      servicePath: ({ id }: { id: number }, { from = null, until = null }: Partial<PathKey>) => ({
        person: id,
        from,
        until,
      }),
    },
    Family: {
      servicePath: ({ id }: { id: number }, { from = null, until = null }: Partial<PathKey>) => ({
        family: id,
        from,
        until,
      }),
    },
    ServicePath: {
      steps: ({ health, social }: { health: unknown; social: unknown }) => steps([health, social]),
    },
    FamilyServicePath: {
      steps: ({ health, social }: { health: unknown; social: unknown }) => steps([health, social]),
    },
  },
);

const [health, social] = [registry('health'), registry('social')];
const down = (subgraph: Subgraph): Subgraph => ({
  ...subgraph,
  execute: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.3:443')),
});
const person = (key: number) => seal(testDomain, 'PersonID', key);

describe('a derived type with feeds', () => {
  it('is computed from the feeds of all registries, with null parts in its key', async () => {
    const supergraph = await composed(population, health, social, paths);
    const answer = await ask(
      supergraph,
      `{ person(id: "${person(11)}") { id birthYear servicePath(from: "2002") { steps } } }`,
    );
    expect(answer).toEqual({
      data: {
        person: {
          id: person(11),
          birthYear: 1911,
          servicePath: { steps: ['health 11 2002-null', 'social 11 2002-null'] },
        },
      },
    });
  });

  it('separates the arguments of two aliases in one query', async () => {
    const supergraph = await composed(population, health, social, paths);
    const { data } = await ask(
      supergraph,
      `query ($id: PersonID!) { person(id: $id) {
        early: servicePath(from: "2002", until: "2005") { steps }
        late: servicePath(from: "2016") { steps }
        servicePath { steps }
      } }`,
      { id: person(12) },
    );
    expect(data).toEqual({
      person: {
        early: { steps: ['health 12 2002-2005', 'social 12 2002-2005'] },
        late: { steps: ['health 12 2016-null', 'social 12 2016-null'] },
        servicePath: { steps: ['health 12 null-null', 'social 12 null-null'] },
      },
    });
  });

  it('accepts chains: a feed that needs another feed', async () => {
    const supergraph = await composed(population, health, social, paths);
    const family = seal(testDomain, 'FamilyID', 5);
    const { data } = await ask(
      supergraph,
      `{ family(id: "${family}") { id members { id } servicePath { steps } } }`,
    );
    expect(data).toEqual({
      family: {
        id: family,
        members: [{ id: person(11) }, { id: person(12) }],
        servicePath: { steps: ['health 11', 'health 12', 'social 11', 'social 12'] },
      },
    });
  });

  it('gets a failed feed when a registry is down, and the error names no hidden field', async () => {
    const supergraph = await composed(population, down(health), social, paths);
    const { data, errors } = await ask(
      supergraph,
      `{ person(id: "${person(11)}") { p: servicePath { steps } } }`,
    );
    expect(data).toEqual({ person: { p: { steps: ['failed', 'social 11 null-null'] } } });
    expect(errors).toEqual([
      {
        message: 'A registry did not answer.',
        path: ['person', 'p'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
      },
    ]);
  });

  it('answers a chain whose first feed has failed', async () => {
    const isMembers = /FamilyServicePath/;
    const broken: Subgraph = {
      ...population,
      execute: (request, context) =>
        isMembers.test(request.query)
          ? Promise.reject(new Error('gone'))
          : population.execute(request, context),
    };
    const supergraph = await composed(broken, health, social, paths);
    const { data } = await ask(
      supergraph,
      `{ family(id: "${seal(testDomain, 'FamilyID', 5)}") { servicePath { steps } } }`,
    );
    expect(data).toEqual({ family: { servicePath: { steps: ['failed', 'failed'] } } });
  });

  it('asks a registry once for a person who is in a list many times', async () => {
    const supergraph = await composed(population, health, social, paths);
    asked.length = 0;
    const ids = [person(11), person(12), person(11), person(11)];
    const { data } = await ask(
      supergraph,
      'query ($ids: [PersonID!]!) { people(ids: $ids) { id servicePath { steps } } }',
      {
        ids,
      },
    );
    expect(asked.filter((name) => name === 'health')).toHaveLength(2);
    const people = (data as { people: { id: string; servicePath: { steps: string[] } }[] }).people;
    expect(people.map(({ id }) => id)).toEqual(ids);
    expect(people.map(({ servicePath }) => servicePath.steps[0])).toEqual(
      ids.map((id) => `health ${unseal(testDomain, 'PersonID', id)} null-null`),
    );
  });
});
