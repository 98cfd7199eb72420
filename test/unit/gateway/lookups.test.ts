import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { lookupKeys } from '../../../gateway/operation/lookups.js';
import { selectedFields } from '../../../gateway/operation/policyCheck.js';

const schema = buildSchema(`
  scalar IdentityCode
  type Person { id: ID! }
  type Query {
    whoIs(code: IdentityCode!): Person
    whoAre(codes: [IdentityCode!]!): [Person!]
    person(id: ID!): Person
  }
`);

function keysOf(operation: string): readonly string[] {
  return lookupKeys(selectedFields(schema, parse(operation)));
}

describe('lookupKeys', () => {
  it('finds every field that has an argument of type IdentityCode, whatever the name of the field', () => {
    expect(keysOf('query ($code: IdentityCode!) { whoIs(code: $code) { id } }')).toEqual(['whoIs']);
    expect(keysOf('query ($codes: [IdentityCode!]!) { whoAre(codes: $codes) { id } }')).toEqual(['whoAre']);
  });

  it('names a field by its alias, and each key once', () => {
    const operation =
      'query ($a: IdentityCode!, $b: IdentityCode!) { x: whoIs(code: $a) { id } y: whoIs(code: $b) { id } x: whoIs(code: $a) { id } }';
    expect(keysOf(operation)).toEqual(['x', 'y']);
  });

  it('leaves out fields that find people otherwise', () => {
    expect(keysOf('{ person(id: "1") { id } }')).toEqual([]);
  });
});
