/**
 * @property federation/aliases An alias cannot replace a key or pollute a prototype.
 * @enforcedBy federation/execution/normaliseOperation.ts, federation/execution/dataObject.ts
 */
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { Observations } from '../../federation/execution/observations.js';
import { executeOperation } from '../../federation/execution/execute.js';
import { normalForm, prepareOperation } from '../../federation/execution/prepare.js';
import { readPolkuError } from '../../federation/plan/subgraphError.js';
import { ClientSignal } from '../../federation/supergraph/clientSignal.js';
import { seal } from '../../gateway/pseudonyms.js';
import { PolkuError } from '../../lib/errors.js';
import { PersonIDScalar } from '../../schema/scalars.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { federations } from '../generative/executionGraphs.js';
import { ask, composed, testContext, testDomain, testIds, testSubgraph } from './supergraphTestbed.js';
import { RegistryRequester } from '../../gateway/registries/localDataSource.js';

interface Person {
  readonly id: number;
}

const people = testSubgraph(
  'people',
  `scalar PersonID
  type Query { person(id: PersonID!): Person people: [Person] }
  type Person @key(fields: "id") { id: PersonID! other: PersonID year: Int! mother: Person income(currency: String = "EUR"): Int }`,
  {
    PersonID: PersonIDScalar,
    Query: {
      person: (_, { id }: Person) => ({ id }),
      people: () => [{ id: 1 }, null, { id: 2 }, { id: 3 }],
    },
    Person: {
      other: ({ id }: Person) => id + 100,
      year: ({ id }: Person) => 1900 + id,
      mother: ({ id }: Person) => ({ id: id + 10 }),
      income: ({ id }: Person, { currency }: { currency: string }) => id * (currency === 'EUR' ? 1 : 7),
    },
  },
);

const visits = testSubgraph(
  'visits',
  `scalar PersonID
  type Person @key(fields: "id") {
    id: PersonID! income(currency: String = "EUR"): Int @external
    visits: [String!] level: Int @requires(fields: "income(currency: \\"SEK\\")")
    risky: Int needed: Int!
  }`,
  {
    PersonID: PersonIDScalar,
    Person: {
      visits: ({ id }: Person) => [`visit of ${id}`],
      level: ({ income }: { income: number }) => income,
      risky: ({ id }: Person) => {
        if (id === 2) throw new Error('SELECT code FROM people WHERE code = 010190-9999');
        return id;
      },
      needed: ({ id }: Person) => (id === 2 ? null : id),
    },
  },
);

const whole = composed(people, visits);
const sealed = (key: number) => seal(testDomain, 'PersonID', key);
const one = { id: sealed(1) };

function answering(subgraph: Subgraph, answer: () => unknown): Subgraph {
  return { ...subgraph, execute: async () => answer() as never };
}

describe('a client alias with the name of a key', () => {
  it('does not become the key (federation#3036)', async () => {
    const supergraph = await whole;
    const { data } = await ask(
      supergraph,
      'query ($id: PersonID!) { person(id: $id) { id: other key: id visits mother { id: year other: id visits } } }',
      one,
    );
    expect(data).toEqual({
      person: {
        id: sealed(101),
        key: sealed(1),
        visits: ['visit of 1'],
        mother: { id: 1911, other: sealed(11), visits: ['visit of 11'] },
      },
    });
  });

  it('does not become an input that a registry requires, with its own arguments', async () => {
    const supergraph = await whole;
    const { data } = await ask(
      supergraph,
      'query ($id: PersonID!) { person(id: $id) { income level } swapped: person(id: $id) { income: year level other: income(currency: "SEK") } }',
      one,
    );
    expect(data).toEqual({ person: { income: 1, level: 7 }, swapped: { income: 1901, level: 7, other: 7 } });
  });

  it('pollutes no prototype, whatever its name', async () => {
    const supergraph = await whole;
    const query =
      'query ($__proto__: PersonID!) { __proto__: person(id: $__proto__) { constructor: id __proto__: visits toString: mother { hasOwnProperty: visits } } }';
    const { data } = await ask(supergraph, query, JSON.parse(`{ "__proto__": "${sealed(1)}" }`));
    expect(JSON.stringify(data)).toBe(
      `{"__proto__":{"constructor":"${sealed(1)}","__proto__":["visit of 1"],"toString":{"hasOwnProperty":["visit of 11"]}}}`,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('a registry that misbehaves', () => {
  const query = 'query ($id: PersonID!) { person(id: $id) { year visits needs: risky } }';
  const known = { year: 1901, visits: null, needs: null };

  it.each<[string, () => unknown]>([
    ['throws', () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.3'))],
    ['answers nothing', () => ({})],
    ['answers no entities', () => ({ data: { _entities: null } })],
    ['answers too few entities', () => ({ data: { _entities: [] } })],
    ['answers an error without a place', () => ({ errors: [{ message: 'near "SELECT"' }] })],
    ['answers errors with a crooked place', () => ({ data: null, errors: [{ message: 'x', path: [{}] }] })],
  ])('costs its own fields only, with an error at each: it %s', async (_, answer) => {
    const supergraph = await composed(people, answering(visits, answer));
    const { data, errors } = await ask(supergraph, query, one);
    expect(data).toEqual({ person: known });
    expect(errors!.map(({ path }) => path)).toEqual([
      ['person', 'visits'],
      ['person', 'needs'],
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/SELECT|ECONNREFUSED|visits of/);
  });

  it('pollutes no prototype by its JSON', async () => {
    const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    const supergraph = await composed(
      answering(people, () =>
        JSON.parse(
          `{"data":${evil},"person":${evil},"__typename":"Person","id":1,"year":5,"__a_mother":{}}}}`,
        ),
      ),
      answering(visits, () =>
        JSON.parse(`{"data":{"_entities":[${evil},"visits":["x"],"__typename":"Person"}]}}`),
      ),
    );
    const { data } = await ask(supergraph, 'query ($id: PersonID!) { person(id: $id) { year visits } }', one);
    expect(JSON.stringify(data)).not.toContain('polluted');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('keeps its own error text only with a known code, and never for a failure', async () => {
    const refusing = (code: string) =>
      answering(visits, () => ({
        data: { _entities: [{ visits: null }] },
        errors: [
          { message: 'Expected a date.', path: ['_entities', 0, 'visits'], extensions: { code, stack: 'x' } },
        ],
      }));
    const ours = await ask(await composed(people, refusing('BAD_USER_INPUT')), query, one);
    expect(ours.errors![0]).toEqual({
      message: 'Expected a date.',
      path: ['person', 'visits'],
      extensions: { code: 'BAD_USER_INPUT' },
    });
    for (const code of [
      'INTERNAL_SERVER_ERROR',
      'GRAPHQL_VALIDATION_FAILED',
      'CONTEXT_REFUSED',
      'toString',
      'OTHER',
    ]) {
      const other = await ask(await composed(people, refusing(code)), query, one);
      expect(other.errors![0]).toEqual({
        message: 'A registry could not answer.',
        path: ['person', 'visits'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      });
    }
  });

  it('has its errors placed by the client’s names, at the person concerned', async () => {
    const supergraph = await whole;
    const { data, errors } = await ask(supergraph, '{ all: people { r: risky } }');
    expect(data).toEqual({ all: [{ r: 1 }, null, { r: null }, { r: 3 }] });
    expect(errors).toEqual([
      {
        message: 'A registry could not answer.',
        path: ['all', 2, 'r'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
  });

  it('nulls an object whose required field is missing, with one error', async () => {
    const supergraph = await whole;
    const { data, errors } = await ask(supergraph, '{ people { needed } }');
    expect(data).toEqual({ people: [{ needed: 1 }, null, null, { needed: 3 }] });
    expect(errors!.map(({ path }) => path)).toEqual([['people', 2, 'needed']]);
  });

  it('nulls its root field when it is the only registry', async () => {
    const supergraph = await composed(
      answering(people, () => Promise.reject(new PolkuError('STORAGE_FAILED', 'x'))),
      visits,
    );
    const { data, errors } = await ask(supergraph, '{ people { year } }');
    expect(data).toEqual({ people: null });
    expect(errors!.map(({ path }) => path)).toEqual([['people']]);
  });
});

describe('an entity that a registry knows by its interface only', () => {
  it('keeps its own type', async () => {
    const supergraph = await composed(...federations['media']!());
    const { data } = await ask(
      supergraph,
      `{ all { ... on Film { stars __typename } ... on Song { kind: __typename } }
         best { __typename stars ... on Song { seconds } raters { favourite { __typename title } } } }`,
    );
    expect(data).toEqual({
      all: [{ stars: 102, __typename: 'Film' }, { kind: 'Song' }],
      best: {
        __typename: 'Song',
        stars: 115,
        seconds: 200,
        raters: [{ favourite: { __typename: 'Film', title: 'Film' } }],
      },
    });
  });
});

describe('introspection', () => {
  it('is answered with data, under any name, with fragments, variables and conditions', async () => {
    const supergraph = await whole;
    const { data } = await ask(
      supergraph,
      `query ($type: String!, $id: PersonID!, $no: Boolean!) {
        id: __schema { queryType { name: kind } }
        ...More
        __schema @include(if: $no) { description }
        person(id: $id) { visits }
        kind: __typename
      }
      fragment More on Query { type: __type(name: $type) { ...Name } }
      fragment Name on __Type { name fields(includeDeprecated: $no) { name } }`,
      { type: 'Person', no: false, ...one },
    );
    expect(data).toMatchObject({
      id: { queryType: { name: 'OBJECT' } },
      type: { name: 'Person', fields: expect.arrayContaining([{ name: 'visits' }]) },
      person: { visits: ['visit of 1'] },
      kind: 'Query',
    });
    expect(Object.keys(data!)).toEqual(['id', 'type', 'person', 'kind']);
  });

  it('asks no registry when it is alone', async () => {
    const silent = (subgraph: Subgraph) => answering(subgraph, () => Promise.reject(new Error('asked')));
    const supergraph = await composed(silent(people), silent(visits));
    const answer = await ask(supergraph, '{ __typename __schema { queryType { name } } }');
    expect(answer).toEqual({ data: { __typename: 'Query', __schema: { queryType: { name: 'Query' } } } });
  });
});

describe('an operation', () => {
  it('is chosen by its name, and refused when the name is missing or unknown', async () => {
    const supergraph = await whole;
    const document = parse(
      'query A { people { id } } query B { people { ...F } } fragment F on Person { year }',
    );
    expect(normalForm(document, 'B', supergraph).operation.name?.value).toBe('B');
    for (const name of [undefined, 'C'])
      expect(() => normalForm(document, name, supergraph)).toThrow(
        expect.objectContaining({ code: 'OPERATION_RESOLUTION_FAILURE' }),
      );
  });

  it('ends when its client has gone, and asks no further registry', async () => {
    const gone = new ClientSignal();
    let asked = 0;
    const leaving = {
      ...people,
      execute: (...request: Parameters<Subgraph['execute']>) => (gone.abort(), people.execute(...request)),
    };
    const supergraph = await composed(
      leaving,
      answering(visits, () => (asked += 1)),
    );
    const form = normalForm(parse('{ people { visits } }'), undefined, supergraph);
    const execution = executeOperation({
      observations: new Observations(),
      prepared: await prepareOperation(form, supergraph, {}),
      values: {},
      supergraph,
      context: { requester: new RegistryRequester(testContext, ''), signal: gone },
      readError: readPolkuError,
      ids: testIds,
      visibleSchema: supergraph.apiSchema,
    });
    await expect(execution).rejects.toBe(gone.reason);
    expect(asked).toBe(0);
  });
});
