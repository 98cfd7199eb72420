import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, print } from 'graphql';
import { normaliseOperation } from '../../../federation/execution/normaliseOperation.js';
import { coerceVariables, unsealVariables } from '../../../federation/execution/variables.js';
import { Domains, seal } from '../../../gateway/pseudonyms.js';
import { cityTypes as types, idCodec } from '../../../gateway/registries/cityTypes.js';

const schema = buildSchema(`
  scalar PersonID scalar FamilyID scalar ContactID
  enum Sex { FEMALE MALE }
  input Filter { people: [PersonID!] family: FamilyID sex: Sex min: Int = 3 and: [Filter!] }
  type Person { id: PersonID name(of: PersonID, long: Boolean): String }
  input Pages { most: Int! = 5 and: [Pages!] }
  type Query { person(id: PersonID!): Person people(ids: [PersonID!]!, filter: Filter): [Person]
    pages(first: Int! = 5, filter: Pages): [Person] }`);

const domains = new Domains([Buffer.alloc(32, 3)]);
const domain = domains.domain({ purpose: 'care', recipient: 'r', permit: undefined, epoch: '1' });
const elsewhere = domains.domain({ purpose: 'research', recipient: 'r', permit: undefined, epoch: '1' });
const [p1, p2, f1] = [seal(domain, 'PersonID', 1), seal(domain, 'PersonID', 2), seal(domain, 'FamilyID', 1)];

function values(query: string, given: Record<string, unknown> = {}) {
  const { variables } = normaliseOperation(parse(query), { apiSchema: schema, types });
  return unsealVariables(coerceVariables(variables, given, schema), types, idCodec(domain));
}
const normal = (query: string) =>
  print(normaliseOperation(parse(query), { apiSchema: schema, types }).document);
const refusal = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

describe('ids in the text of an operation', () => {
  it('become variables, in arguments, lists and input objects', () => {
    const query = `{ person(id: "${p1}") { id } people(ids: ["${p1}", "${p2}"], filter: { family: "${f1}", and: [{ people: "${p2}" }] }) { id } }`;
    expect(values(query)).toEqual({ id_0: 1, id_1: 1, id_2: 2, id_3: 1, id_4: [2] });
    expect(normal(query)).not.toContain('"');
    expect(normal(query)).toContain('$id_1: PersonID!');
    expect(normal(query)).toContain('$id_4: [PersonID!]');
  });

  it('are also moved out of defaults of variables, which then fit non-null positions', () => {
    const query = `query ($id: PersonID = "${p1}", $f: Filter = { people: ["${p2}"] }) { person(id: $id) { id } people(ids: [], filter: $f) { id } }`;
    expect(values(query)).toEqual({ v_id: 1, v_f: { people: [2], min: 3 } });
    expect(values(query, { id: p2, f: null })).toEqual({ v_id: 2, v_f: null });
    expect(normal(query)).toContain('($v_id: PersonID!, $v_f: Filter)');
  });

  it.each(['5', 'true', 'ABC', '{a: 1}', '"010190-9999"'])(
    'are refused with their place when one is %s',
    (literal) => {
      expect(() => values(`{ person(id: ${literal}) { id } }`)).toThrow(
        refusal('ID_UNKNOWN', 'line 1, column 14'),
      );
    },
  );
});

describe('ids in variables', () => {
  it('are unsealed by type, at any depth', () => {
    const query =
      'query ($id: PersonID!, $f: Filter, $sex: Sex) { person(id: $id) { id } people(ids: [$id], filter: $f) { id } }';
    const filter = { people: [p1, p2], sex: 'MALE', and: [{ family: f1 }, { and: [{ people: p1 }] }] };
    expect(values(query, { id: p2, f: filter })).toEqual({
      v_id: 2,
      v_f: {
        people: [1, 2],
        sex: 'MALE',
        min: 3,
        and: [
          { family: 1, min: 3 },
          { min: 3, and: [{ people: [1], min: 3 }] },
        ],
      },
    });
  });

  it.each([
    ['of another kind', f1],
    ['of another domain', seal(elsewhere, 'PersonID', 1)],
    ['of none', 'AAAAAAAAAAAAAAAAAAAAAA'],
    ['that are keys', 1],
    ['that are not texts', { id: p1 }],
  ])('get the same refusal: those %s', (_, id) => {
    expect(() => values('query ($id: PersonID!) { person(id: $id) { id } }', { id })).toThrow(
      refusal('ID_UNKNOWN', '$id is not an id of type PersonID that was given'),
    );
  });

  it('are refused by their place, not by their value', () => {
    const query = 'query ($f: Filter) { people(ids: [], filter: $f) { id } }';
    const given = { f: { and: [{ people: [p1, 'forged'] }] } };
    expect(() => values(query, given)).toThrow(refusal('ID_UNKNOWN', '$f.and[0].people[1] '));
    expect(() => values(query, given)).not.toThrow('forged');
  });
});

describe('variables', () => {
  const query =
    'query ($n: Filter, $long: Boolean! = true, $id: PersonID!) { people(ids: [$id], filter: $n) { name(long: $long) } }';

  it.each([
    ['of the wrong type', { id: p1, long: 'secret' }, '$long does not fit its type Boolean!'],
    ['with an unknown field', { id: p1, n: { secret: 1 } }, '$n does not fit its type Filter'],
    ['with a wrong enum value', { id: p1, n: { sex: 'secret' } }, '$n.sex does not fit'],
    ['that are missing', {}, '$id is missing'],
    ['that are null', { id: null }, '$id does not fit'],
  ])('%s are refused, and their values are not repeated', (_, given, text) => {
    expect(() => values(query, given)).toThrow(refusal('BAD_USER_INPUT', text));
    expect(() => values(query, given)).not.toThrow('secret');
  });

  it('get their defaults, and are left out without one', () => {
    expect(values(query, { id: p1 })).toEqual({ v_long: true, v_id: 1 });
    expect(values(query, { id: p1, long: false, unknown: 1 })).toEqual({ v_long: false, v_id: 1 });
  });

  it('may have any name', () => {
    const odd =
      'query ($representations: PersonID!, $__proto__: Boolean) { person(id: $representations) { name(long: $__proto__) } }';
    const given = JSON.parse(`{ "representations": "${p1}", "__proto__": true }`) as Record<string, unknown>;
    expect(values(odd, given)).toEqual({ v_representations: 1, v___proto__: true });
    expect(values(odd, { representations: p1 })).toEqual({ v_representations: 1 });
  });

  it.each([
    ['@skip', 'query ($v: Boolean = false) { a: person(id: "P1") @skip(if: $v) { id } }'],
    ['@include', 'query ($v: Boolean = true) { a: person(id: "P1") @include(if: $v) { id } }'],
    [
      '@include of a fragment',
      'query ($v: Boolean = true) { ... @include(if: $v) { person(id: "P1") { id } } }',
    ],
    ['an argument', 'query ($v: PersonID = "P1") { person(id: $v) { id } }'],
    ['an argument with a default of its own', 'query ($v: Int) { pages(first: $v) { id } }'],
    ['an item of a list', 'query ($v: PersonID = "P1") { people(ids: ["P1", $v]) { id } }'],
    ['a list', 'query ($v: [PersonID!] = []) { people(ids: $v) { id } }'],
    ['a field of an input object', 'query ($v: Int = 1) { pages(filter: { most: $v }) { id } }'],
    [
      'a nested field with a default',
      'query ($v: Int) { pages(filter: { most: 1, and: [{ most: $v }] }) { id } }',
    ],
    ['a fragment', 'query ($v: Int = 1) { ...F } fragment F on Query { pages(first: $v) { id } }'],
    ['introspection', 'query ($v: String = "Person") { __type(name: $v) { name } }'],
  ])('G06: are refused as null in %s, and get their default when they are missing', (_, text) => {
    const query = text.replaceAll('P1', p1);
    expect(() => values(query, { v: null })).toThrow(refusal('BAD_USER_INPUT', '$v is null'));
    expect(() => values(query)).not.toThrow();
  });

  it('G06: may be null in a nullable position, with a default or without', () => {
    const query =
      'query ($a: Filter = { min: 1 }, $b: [PersonID!]) { people(ids: [], filter: $a) { id } b: people(ids: [], filter: { people: $b }) { id } }';
    expect(values(query, { a: null, b: null })).toEqual({ v_a: null, v_b: null });
  });
});
