/**
 * @property gateway/claim-mapping
 * @enforcedBy schema/tokens/callerClaims.ts
 */
import { describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { callerOf, type ClaimMapping, type ClaimSource } from '../../../schema/tokens/callerClaims.js';

const needed: ClaimMapping = {
  recipient: { value: 'city' },
  roles: { value: 'clinician' },
  purposes: { value: ['care', 'research'] },
};
const read = (payload: JWTPayload, mapping: Partial<ClaimMapping>) =>
  callerOf({ sub: 'someone', ...payload }, { ...needed, ...mapping });
const refusedFor = (reason: string) =>
  expect.objectContaining({ code: 'UNAUTHENTICATED', details: { reason } });
const table = { 'G-1': 'clinician', 'G-2': ['clinician', 'researcher'] };

describe('the facts about a caller', () => {
  it('are held if the mapping names them, and only then', () => {
    const everything = {
      recipient: 'x',
      roles: ['x'],
      purposes: ['x'],
      units: ['x'],
      permit: 'x',
      person: 'x',
    };
    expect(read(everything, {})).toEqual({
      subject: 'someone',
      recipient: 'city',
      roles: ['clinician'],
      purposes: ['care', 'research'],
      units: [],
      employee: undefined,
      permit: undefined,
      person: undefined,
    });
  });

  it.each<[string, JWTPayload, ClaimSource, readonly string[]]>([
    ['a name', { roles: ['a', 'b'] }, { claim: 'roles' }, ['a', 'b']],
    ['a name with dots', { 'https://a.b/roles': ['a'] }, { claim: 'https://a.b/roles' }, ['a']],
    ['a path', { realm_access: { roles: ['a'] } }, { claim: ['realm_access', 'roles'] }, ['a']],
    ['a table', { groups: ['G-2', 'G-1', 'G-3'] }, { claim: 'groups', table }, ['clinician', 'researcher']],
    ['a table for one value', { groups: 'G-1' }, { claim: 'groups', table }, ['clinician']],
    [
      'a table, next to values of any length',
      { groups: ['x'.repeat(999), '', 'G-1'] },
      { claim: 'groups', table },
      ['clinician'],
    ],
  ])('come from %s', (_, payload, roles, expected) => {
    expect(read(payload, { roles }).roles).toEqual(expected);
  });

  it.each<[string, JWTPayload, ClaimSource]>([
    ['is missing', {}, { claim: 'roles' }],
    ['is missing on its way', { realm_access: 'roles' }, { claim: ['realm_access', 'roles'] }],
    [
      'is written with dots instead of a path',
      { realm_access: { roles: ['a'] } },
      { claim: 'realm_access.roles' },
    ],
    ['is inherited', {}, { claim: ['constructor', 'name'] }],
    ['is a text', { roles: 'a' }, { claim: 'roles' }],
    ['holds no listed value', { groups: ['G-3'] }, { claim: 'groups', table }],
    [
      'names inherited values',
      { groups: ['constructor', '__proto__', 'toString'] },
      { claim: 'groups', table },
    ],
    ['holds a number', { groups: ['G-1', 7] }, { claim: 'groups', table }],
    ['is an object', { groups: { 'G-1': true } }, { claim: 'groups', table }],
    ['is null', { groups: null }, { claim: 'groups', table }],
  ])('refuse the token when a claim of roles %s', (_, payload, roles) => {
    expect(() => read(payload, { roles })).toThrow(refusedFor('claim-roles'));
  });

  it('are one value where there can be only one', () => {
    const permit: ClaimSource = { claim: 'groups', table: { a: 'P-1', b: 'P-2', c: 'P-1' } };
    expect(read({ groups: ['a', 'c', 'x'] }, { permit }).permit).toBe('P-1');
    expect(read({ groups: ['x'] }, { permit }).permit).toBeUndefined();
    expect(read({}, { permit }).permit).toBeUndefined();
    expect(() => read({ groups: ['a', 'b'] }, { permit })).toThrow(refusedFor('claim-permit'));
    expect(() => read({ groups: [7] }, { permit })).toThrow(refusedFor('claim-permit'));
    expect(() => read({ groups: ['x'] }, { recipient: permit })).toThrow(refusedFor('claim-recipient'));
    expect(() => read({ employee: ['E-1'] }, { employee: { claim: 'employee' } })).toThrow(
      refusedFor('claim-employee'),
    );
  });

  it('hold no identity code, wherever they come from', () => {
    const code = '131052-9982';
    const roles: ClaimSource = { claim: ['a', 'b'] };
    expect(() => read({ a: { b: [code] } }, { roles })).toThrow(refusedFor('identity-code'));
  });
});
