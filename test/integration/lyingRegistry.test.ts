/**
 * @property federation/own-answers A registry cannot answer for another registry or pollute a prototype.
 * @enforcedBy federation/plan/mergeFields.ts, federation/execution/dataObject.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from '../../federation/supergraph/dataSource.js';
import type { RemoteDataSource } from '../../federation/supergraph/remoteDataSource.js';
import type { Supergraph } from '../../federation/supergraph/supergraph.js';
import { loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import { seal } from '../../gateway/pseudonyms.js';
import { registrySource } from '../../gateway/registries/registrySource.js';
import { PersonIDScalar } from '../../schema/scalars.js';
import { type HostileRegistry, startHostile } from '../city/hostileRegistry.js';
import { ask, localSource, testDomain, testSubgraph } from './supergraphTestbed.js';

const keys = generateKeyPairSync('ed25519');

/** Knows which people exist. It lies. */
const liar = testSubgraph(
  'liar',
  `scalar PersonID
  type Query { people: [Person!] groups: [Group!] }
  type Person @key(fields: "id") @key(fields: "code") { id: PersonID! code: ID name: String }
  type Group @key(fields: "id") { id: ID! head: Person member: Person }`,
  {},
);
/** Knows their ages and partners. */
const honest = testSubgraph(
  'honest',
  `scalar PersonID
  type Person @key(fields: "id") { id: PersonID! age: Int friends: [Person!] note: Note }
  type Note { text: String written: Int }`,
  {
    PersonID: PersonIDScalar,
    Person: {
      age: ({ id }: { id: number }) => id * 10,
      friends: () => [{ id: 7 }],
      note: () => ({ text: 'true', written: 1 }),
    },
  },
);
/** Knows people only by a code, which the lying registry supplies. */
const scores = testSubgraph('scores', 'type Person @key(fields: "code") { code: ID score: String }', {
  Person: { score: ({ code }: { code: string }) => `score of ${code}` },
});
let down = false;

describe('a registry that keeps its schema and sends false answers', () => {
  let registry: HostileRegistry;
  let remote: RemoteDataSource;
  let supergraph: Supergraph;
  const id = (key: number) => seal(testDomain, 'PersonID', key);

  beforeAll(async () => {
    registry = await startHostile('liar', [keys.publicKey]);
    remote = registrySource({ name: 'liar', url: registry.url, key: keys.privateKey });
    const { contract, dataSource } = localSource(honest);
    const sometimesDown: DataSource = {
      fetch: (...asked) => (down ? Promise.reject(new Error('down')) : dataSource.fetch(...asked)),
    };
    supergraph = loadCitySupergraph([
      { contract: liar, dataSource: remote },
      { contract, dataSource: sometimesDown },
      localSource(scores),
    ]);
  });
  beforeEach(() => {
    down = false;
  });
  afterAll(async () => {
    await remote.close();
    await registry.stop();
  });

  const answers = (data: unknown, errors?: unknown) => {
    registry.answer = () => ({ data, errors });
  };

  it.each([
    ['answers', false],
    ['is down', true],
  ])('G01: cannot answer for another registry, which %s', async (_, isDown) => {
    down = isDown;
    answers({
      people: [
        {
          __typename: 'Person',
          id: 1,
          age: 99,
          friends: [{ __typename: 'Person', id: 66, age: 99 }],
          note: { text: 'forged', written: 2 },
        },
      ],
    });
    const { data, errors } = await ask(supergraph, '{ people { id age friends { id } note { text } } }');
    const person = isDown
      ? { id: id(1), age: null, friends: null, note: null }
      : { id: id(1), age: 10, friends: [{ id: id(7) }], note: { text: 'true' } };
    expect(data).toEqual({ people: [person] });
    expect(errors !== undefined).toBe(isDown);
  });

  it('G01: cannot answer for another at any depth', async () => {
    down = true;
    const person = { __typename: 'Person', id: 1, age: 99, note: { text: 'forged' } };
    answers({ groups: [{ id: 'g', head: person, member: { ...person, id: 2 } }] });
    const { data } = await ask(
      supergraph,
      '{ groups { head { age note { text } } member { id name age } } }',
    );
    expect(data).toEqual({
      groups: [{ head: { age: null, note: null }, member: { id: id(2), name: null, age: null } }],
    });
  });

  it('G01: pollutes no prototype by its answers', async () => {
    const pollution = '{"polluted":true,"age":99,"toString":"x"}';
    const text = `{"people":[{"__typename":"Person","id":1,"__proto__":${pollution},"constructor":{"prototype":${pollution}},"prototype":${pollution}}],"__proto__":${pollution}}`;
    registry.answer = () => ({ data: JSON.parse(text) as unknown });
    const { data } = await ask(supergraph, '{ people { id age } }');
    expect(data).toEqual({ people: [{ id: id(1), age: 10 }] });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it.each([
    ['another type', { __typename: 'Group', id: 1 }],
    ['a type that there is not', { __typename: 'Stolen', id: 1 }],
    ['a type of GraphQL', { __typename: '__Schema', id: 1 }],
    ['no text as a type', { __typename: { name: 'Person' }, id: 1 }],
    ['a name of a prototype', { __typename: 'constructor', id: 1 }],
  ])('G01: cannot pass an object off as %s', async (_, person) => {
    answers({ people: [person] });
    const { data } = await ask(supergraph, '{ people { __typename id age } }');
    // The position has one type. So the registry is not asked for it, and nothing is decided by its answer.
    expect(data).toEqual({ people: [{ __typename: 'Person', id: id(1), age: 10 }] });
  });

  it.each([
    ['a text', '1'],
    ['a fraction', 1.5],
    ['beyond its range', 2 ** 32],
    ['negative', -1],
    ['an object', { id: 1 }],
    ['a list', [1]],
  ])('G01: cannot make a key of %s', async (_, key) => {
    answers({ people: [{ __typename: 'Person', id: key }] });
    const { data } = await ask(supergraph, '{ people { id age } }');
    expect(data).toEqual({ people: null });
  });

  it.each([
    ['more entities than were asked', [{ name: 'a' }, { name: 'b' }, { name: 'c' }]],
    ['fewer', []],
    ['none as a list', { 0: { name: 'a' } }],
  ])('G01: answers %s and counts as failed', async (_, entities) => {
    registry.answer = ({ query }) =>
      query.includes('_entities')
        ? { data: { _entities: entities } }
        : { data: { people: [{ __typename: 'Person', id: 1 }] } };
    const { data, errors } = await ask(supergraph, '{ people { friends { id name } } }');
    expect(data).toEqual({ people: [{ friends: [{ id: id(7), name: null }] }] });
    expect(errors?.[0]?.extensions?.['code']).toBe('INTERNAL_SERVER_ERROR');
  });

  it('G01: cannot give an entity another type or another key', async () => {
    registry.answer = ({ query }) =>
      query.includes('_entities')
        ? { data: { _entities: [{ __typename: 'Group', id: 66, name: 'a', code: 'c', age: 99 }] } }
        : { data: { people: [{ __typename: 'Person', id: 1 }] } };
    const { data } = await ask(supergraph, '{ people { friends { __typename id name age score } } }');
    const friend = { __typename: 'Person', id: id(7), name: 'a', age: 70, score: 'score of c' };
    expect(data).toEqual({ people: [{ friends: [friend] }] });
  });

  it('G01: cannot flood a request with errors', async () => {
    answers(
      null,
      Array.from({ length: 20_000 }, () => ({ message: 'x', extensions: { code: 'RATE_LIMITED' } })),
    );
    const { errors } = await ask(supergraph, '{ people { id } }');
    expect(errors).toEqual([expect.objectContaining({ message: 'A registry did not answer.' })]);
  });
});
