import { describe, expect, it } from '@jest/globals';
import { configurationWith } from '../../../cli/configuration/readConfiguration.js';

const ISSUER = 'https://id.city.example';
const needed = { recipient: { value: 'city' }, roles: { claim: 'roles' }, purposes: { claim: 'purposes' } };

describe('the identity providers of a configuration', () => {
  const read = (...issuers: object[]) => configurationWith({ 'identity.issuers': issuers }).identity.issuers;

  it('may be several, with and without the address of their keys', () => {
    const keys = 'https://other.example/jwks';
    expect(read({ issuer: ISSUER }, { issuer: 'other', keys, algorithms: ['ES256'] })).toMatchObject([
      { issuer: ISSUER, algorithms: ['EdDSA', 'ES256', 'ES384', 'PS256', 'RS256'] },
      { issuer: 'other', keys, algorithms: ['ES256'] },
    ]);
  });

  it.each<[string, object[], RegExp]>([
    ['one twice', [{ issuer: ISSUER }, { issuer: ISSUER }], /"https:\/\/id.city.example" is named twice/],
    ['a name without the address of its keys', [{ issuer: 'city-login' }], /not an address with metadata/],
    ['an issuer with a query', [{ issuer: `${ISSUER}?a=b` }], /not an address with metadata/],
    ['metadata that travels in clear', [{ issuer: 'http://id.city.example' }], /over https/],
    ['keys that travel in clear', [{ issuer: ISSUER, keys: 'http://id.city.example/jwks' }], /over https/],
    ['a shared secret', [{ issuer: ISSUER, algorithms: ['HS256'] }], /cannot be "HS256"/],
    ['no algorithm', [{ issuer: ISSUER, algorithms: [] }], /empty list/],
    ['a mapping without roles', [{ issuer: ISSUER, claims: { ...needed, roles: undefined } }], /roles/],
    ['a fact from nowhere', [{ issuer: ISSUER, claims: { ...needed, permit: {} } }], /"permit" is empty/],
    [
      'a fact from two places',
      [{ issuer: ISSUER, claims: { ...needed, roles: { value: 'a', claim: 'b' } } }],
      /"roles" needs either a fixed "value" or a "claim"/,
    ],
    [
      'a table without a claim',
      [{ issuer: ISSUER, claims: { ...needed, roles: { value: 'a', table: { a: 'b' } } } }],
      /has "table", but lacks "claim"/,
    ],
    [
      'several recipients',
      [{ issuer: ISSUER, claims: { ...needed, recipient: { value: ['a', 'b'] } } }],
      /should be a text/,
    ],
    [
      'a claim that is a number',
      [{ issuer: ISSUER, claims: { ...needed, roles: { claim: 7 } } }],
      /a text or a list/,
    ],
    [
      'an unknown fact',
      [{ issuer: ISSUER, claims: { ...needed, subject: { claim: 'x' } } }],
      /"subject" is not known/,
    ],
  ])('are refused with %s', (_, issuers, message) => {
    expect(() => read(...issuers)).toThrow(message);
  });
});
