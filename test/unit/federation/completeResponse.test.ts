import { describe, expect, it } from '@jest/globals';
import { buildSchema, type FragmentDefinitionNode, GraphQLError, Kind, parse } from 'graphql';
import { completeResponse } from '../../../federation/execution/completeResponse.js';
import { Observations } from '../../../federation/execution/observations.js';
import { normaliseOperation } from '../../../federation/execution/normaliseOperation.js';
import { shapeOf } from '../../../federation/execution/responseShape.js';
import { Domains, seal } from '../../../gateway/pseudonyms.js';
import { cityTypes as types, idCodec } from '../../../gateway/registries/cityTypes.js';

const schema = buildSchema(`
  scalar PersonID scalar FamilyID scalar ContactID scalar Day
  enum Sex { FEMALE MALE }
  interface Contact { id: ContactID! service: String day: Day }
  type Visit implements Contact { id: ContactID! service: String day: Day unit: String! }
  type Call implements Contact { id: ContactID! service: String day: Day minutes: Int }
  union Anything = Person | Visit
  type Person { id: PersonID! age: Int height: Float code: ID alive: Boolean sex: Sex mother: Person friend: Person!
    friends: [Person!] visits: [Visit]! contacts: [Contact] families: [FamilyID!] grid: [[Int!]!]! }
  type Query { person: Person needed: Person! anything: [Anything] }`);

const domain = new Domains([Buffer.alloc(32, 3)]).domain({
  purpose: 'care',
  recipient: 'r',
  permit: undefined,
  epoch: '1',
});

async function projected(query: string, data: Record<string, unknown>, known: readonly GraphQLError[] = []) {
  const [operation, ...rest] = normaliseOperation(parse(query), { apiSchema: schema, types }).document
    .definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('Expected the operation first.');
  const fragments = new Map(
    (rest as FragmentDefinitionNode[]).map((fragment) => [fragment.name.value, fragment]),
  );
  const shape = shapeOf(operation, { schema, types, fragments, conditions: {} });
  const input = {
    data,
    failures: new Map(),
    errors: known,
    types,
    ids: idCodec(domain),
    introspect: () => 'introspected',
    observations: new Observations(),
  };
  const { data: result, errors } = await completeResponse(shape, input);
  return { data: result, text: JSON.stringify(result), paths: errors.map(({ path }) => path), errors };
}

describe('the response', () => {
  it('holds the requested fields, in the order and by the names of the client', async () => {
    const { text } = await projected(
      '{ person { sex kind: __typename years: age ...F age } } fragment F on Person { alive age }',
      {
        person: {
          __typename: 'Person',
          age: 5,
          __a_years: 5,
          sex: 'MALE',
          alive: true,
          height: 1.5,
          secret: 'x',
        },
      },
    );
    expect(text).toBe('{"person":{"sex":"MALE","kind":"Person","years":5,"alive":true,"age":5}}');
  });

  it('merges selections of one object, also through fragments', async () => {
    const { data } = await projected(
      '{ person { mother { age } ... on Person { mother { sex } } ...F } } fragment F on Person { mother { mother { age } } }',
      { person: { mother: { age: 1, sex: 'FEMALE', mother: { age: 2 } } } },
    );
    expect(data).toEqual({ person: { mother: { age: 1, sex: 'FEMALE', mother: { age: 2 } } } });
  });

  it('selects fields of an interface or a union by type name', async () => {
    const { data, paths } = await projected(
      '{ person { contacts { ... on Visit { unit } ... on Contact { service } ... on Call { minutes } } } anything { __typename ... on Contact { day } } }',
      {
        person: {
          contacts: [
            { __typename: 'Visit', unit: 'u', service: 's', minutes: 1 },
            { __typename: 'Call', unit: 'u', service: 't', minutes: 1 },
            { __typename: 'Person', service: 't' },
          ],
        },
        anything: [
          { __typename: 'Visit', day: '2012' },
          { __typename: 'Person', day: '2012' },
          { day: '2013' },
        ],
      },
    );
    expect(data).toEqual({
      person: { contacts: [{ unit: 'u', service: 's' }, { service: 't', minutes: 1 }, null] },
      anything: [{ __typename: 'Visit', day: '2012' }, { __typename: 'Person' }, null],
    });
    expect(paths).toEqual([
      ['person', 'contacts', 2],
      ['anything', 2],
    ]);
  });

  it('leaves out fields by @skip and @include', async () => {
    const { text } = await projected(
      '{ person { age @skip(if: true) alive @include(if: false) ... @include(if: true) { sex } code @skip(if: false) } }',
      { person: { age: 1, alive: true, sex: 'MALE', code: 'c' } },
    );
    expect(text).toBe('{"person":{"sex":"MALE","code":"c"}}');
  });

  it('seals keys by type, under any alias, in lists and in nested objects', async () => {
    const { data } = await projected(
      '{ person { age: id families contacts { service: id } mother { id } } }',
      {
        person: {
          __a_age: 7,
          families: [8, 9],
          contacts: [{ __typename: 'Visit', __a_service: '00000000000000ff' }],
          mother: { id: 1 },
        },
      },
    );
    expect(data).toEqual({
      person: {
        age: seal(domain, 'PersonID', 7),
        families: [seal(domain, 'FamilyID', 8), seal(domain, 'FamilyID', 9)],
        contacts: [{ service: seal(domain, 'ContactID', '00000000000000ff') }],
        mother: { id: seal(domain, 'PersonID', 1) },
      },
    });
  });

  it('shows nothing of an invalid key', async () => {
    const { data, text, errors } = await projected('{ person { mother { id } families } }', {
      person: { mother: { id: '010190-9999' }, families: [1, 'x', null] },
    });
    expect(data).toEqual({ person: { mother: null, families: null } });
    expect(text + JSON.stringify(errors)).not.toContain('010190');
  });

  it('checks leaf values against their types', async () => {
    const fields = 'age height code alive sex';
    const wrong = { age: 2 ** 31, height: 'tall', code: true, alive: 1, sex: 'OTHER' };
    const { data, paths } = await projected(`{ person { ${fields} mother { ${fields} } } }`, {
      person: { ...wrong, mother: { age: -(2 ** 31), height: 1, code: 5, alive: false, sex: 'FEMALE' } },
    });
    expect(data).toEqual({
      person: {
        age: null,
        height: null,
        code: null,
        alive: null,
        sex: null,
        mother: { age: -(2 ** 31), height: 1, code: '5', alive: false, sex: 'FEMALE' },
      },
    });
    expect(paths).toEqual(fields.split(' ').map((field) => ['person', field]));
  });

  it('reads only own properties of the data as fields, not inherited ones', async () => {
    const { text } = await projected('{ constructor: person { __proto__: age toString: alive } }', {
      __a_constructor: { __a___proto__: 1, __a_toString: true },
    });
    expect(text).toBe('{"constructor":{"__proto__":1,"toString":true}}');
    expect((await projected('{ constructor: person { age } }', {})).text).toBe('{"constructor":null}');
  });
});

describe('null in a non-null position', () => {
  it('makes the nearest nullable field null, with an error at its path', async () => {
    const { data, paths } = await projected('{ person { age mother { friend { friend { age } } } } }', {
      person: { age: 1, mother: { friend: { friend: null } } },
    });
    expect(data).toEqual({ person: { age: 1, mother: null } });
    expect(paths).toEqual([['person', 'mother', 'friend', 'friend']]);
  });

  it('makes a list null, or one item of it', async () => {
    const data = {
      person: { friends: [{ age: 1 }, null], visits: [{ unit: 'u' }, { unit: null }, null], age: 1 },
    };
    const { data: result, paths } = await projected(
      '{ person { friends { age } visits { unit } age } }',
      data,
    );
    expect(result).toEqual({ person: { friends: null, visits: [{ unit: 'u' }, null, null], age: 1 } });
    expect(paths).toEqual([
      ['person', 'friends', 1],
      ['person', 'visits', 1, 'unit'],
    ]);
  });

  it('reaches the root through lists of lists', async () => {
    const { data, paths } = await projected('{ needed { grid } }', {
      needed: {
        grid: [
          [1, 2],
          [3, null],
        ],
      },
    });
    expect(data).toBeNull();
    expect(paths).toEqual([['needed', 'grid', 1, 1]]);
  });

  it.each([
    ['at its place', ['needed', 'friend']],
    ['above it', ['needed']],
    ['below it', ['needed', 'friend', 'age']],
  ])('adds no error when there is already one %s', async (_, path) => {
    const known = new GraphQLError('known', { path });
    const { data, errors } = await projected('{ needed { friend { age } } }', { needed: { friend: null } }, [
      known,
    ]);
    expect(data).toBeNull();
    expect(errors).toEqual([known]);
  });

  it('is reported for a value of the wrong form', async () => {
    const { data, paths } = await projected('{ person { visits { unit } mother { age } friends { age } } }', {
      person: { visits: 'none', mother: [1], friends: { age: 1 } },
    });
    expect(data).toEqual({ person: null });
    expect(paths).toEqual([['person', 'visits']]);
  });

  it('E06: is refused when aliases write the same data too often', async () => {
    const friends = Array.from({ length: 1_000 }, () => ({ __typename: 'Person', age: 5 }));
    const aliases = (count: number) =>
      Array.from({ length: count }, (_, index) => `a${index}: friends { age }`).join(' ');
    const person = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`__a_a${index}`, friends]));
    const data = { person: { __typename: 'Person', ...person } };
    const { text } = await projected(`{ person { ${aliases(50)} } }`, data);
    expect(text.length).toBeGreaterThan(50 * 1_000 * '{"age":5}'.length);
    await expect(projected(`{ person { ${aliases(120)} } }`, data)).rejects.toMatchObject({
      code: 'OPERATION_TOO_LARGE',
    });
  });
});
