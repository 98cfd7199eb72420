/**
 * @property gateway/stored-operations A client for which stored operations are required can run no other
 * operation. One of another recipient is like one that does not exist, and policy decides about all of them.
 * @enforcedBy gateway/operation/storedOperations.ts
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operationHash, StoredOperations } from '../../gateway/operation/storedOperations.js';
import { type Answer, read, startGateway, type Testbed } from './gatewayTestbed.js';

const PEOPLE = 'query People($first: Int!) {\n  people(first: $first) {\n    birthYear\n  }\n}\n';
const OWN = 'query Own { people(first: 1) { district } }';
const OTHER = '{ people(first: 1) { __typename } }';

describe('stored operations', () => {
  let testbed: Testbed;
  const stored = new StoredOperations({
    mode: 'accept',
    recipients: { 'family-services': 'require', 'city-planning': 'off' },
  });
  beforeAll(async () => {
    testbed = await startGateway({ operations: stored });
    stored.replace([{ text: PEOPLE }, { text: OWN, recipient: 'health-services' }]);
  });
  afterAll(() => testbed.close());

  const personas = { doctor: 'care', 'family-team': 'child-protection' } as const;
  async function send(body: object, persona: keyof typeof personas = 'doctor'): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${await testbed.issuer.issue(persona)}`,
      'purpose-of-use': personas[persona],
      'content-type': 'application/json',
    };
    const url = new URL('/graphql', testbed.url);
    return read(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
  }
  const byHash = (text: string) => ({
    extensions: { persistedQuery: { version: 1, sha256Hash: operationHash(text) } },
  });
  const byId = (text: string) => ({ documentId: `sha256:${operationHash(text)}` });
  const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code;
  const data = { people: [{ birthYear: 1994 }] };

  it('are answered by their hash, as clients of Apollo and as GraphQL over HTTP send it', async () => {
    const variables = { first: 1 };
    for (const named of [byHash(PEOPLE), byId(PEOPLE)])
      expect((await send({ ...named, variables })).body).toEqual({ data });
    const search = new URLSearchParams({ ...byId(PEOPLE), variables: JSON.stringify(variables) });
    const answer = await fetch(new URL(`/graphql?${search.toString()}`, testbed.url), {
      headers: {
        authorization: `Bearer ${await testbed.issuer.issue('doctor')}`,
        'purpose-of-use': 'care',
        'apollo-require-preflight': 'true',
      },
    });
    expect(await answer.json()).toEqual({ data });
    expect((await testbed.records()).map(({ operation }) => operation)).toEqual(
      Array(3).fill({ hash: operationHash(PEOPLE), name: 'People' }),
    );
  });

  it('are decided by policy like any other', async () => {
    const { body } = await send({ ...byHash(OWN) });
    expect(body.errors![0]!.extensions).toMatchObject({
      code: 'PURPOSE_NOT_PERMITTED',
      coordinate: 'Person.district',
    });
  });

  it.each([
    ['an unknown hash', byHash(OTHER)],
    ['an unknown id', byId(OTHER)],
    ['an id of another form', { documentId: operationHash(PEOPLE) }],
    ['capital digits', { documentId: `sha256:${operationHash(PEOPLE).toUpperCase()}` }],
    [
      'another version',
      { extensions: { persistedQuery: { version: 2, sha256Hash: operationHash(PEOPLE) } } },
    ],
    ['a hash that is no text', { extensions: { persistedQuery: { version: 1, sha256Hash: ['__proto__'] } } }],
  ])('are not found by %s', async (_, body) => {
    const answer = await send(body);
    expect([answer.status, answer.body.errors]).toEqual([
      200,
      [
        {
          message: 'PersistedQueryNotFound',
          extensions: {
            code: 'PERSISTED_QUERY_NOT_FOUND',
            reason: expect.stringContaining('SHA-256'),
            decisionId: expect.any(String),
          },
        },
      ],
    ]);
  });

  it('are not found by a caller of another recipient', async () => {
    expect(codeOf(await send(byHash(OWN), 'doctor'))).toBe('PURPOSE_NOT_PERMITTED');
    expect(codeOf(await send(byHash(OWN), 'family-team'))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(codeOf(await send({ query: OWN }, 'family-team'))).toBe('OPERATION_NOT_STORED');
  });

  it('are never added by a client', async () => {
    expect((await send({ ...byHash(OTHER), query: OTHER })).body).toEqual({
      data: { people: [{ __typename: 'Person' }] },
    });
    expect(codeOf(await send(byHash(OTHER)))).toBe('PERSISTED_QUERY_NOT_FOUND');
    const mixed = await send({ ...byHash(PEOPLE), query: OTHER });
    expect([mixed.status, codeOf(mixed)]).toEqual([400, 'BAD_REQUEST']);
  });

  it('are all that a client may send where they are required, by text too', async () => {
    const variables = { first: 1 };
    const refused = await send({ query: OTHER }, 'family-team');
    expect([refused.status, codeOf(refused)]).toEqual([403, 'OPERATION_NOT_STORED']);
    expect(codeOf(await send({ query: `${PEOPLE} `, variables }, 'family-team'))).toBe(
      'OPERATION_NOT_STORED',
    );
    expect(codeOf(await send({ query: '{ __schema { types { name } } }' }, 'family-team'))).toBe(
      'OPERATION_NOT_STORED',
    );
    for (const body of [byHash(PEOPLE), byId(PEOPLE), { query: PEOPLE }])
      expect((await send({ ...body, variables }, 'family-team')).status).toBe(200);
    expect((await testbed.records()).at(-4)).toMatchObject({ codes: ['OPERATION_NOT_STORED'] });
  });

  it('are refused as before where they are off', () => {
    const caller = { recipient: 'city-planning' } as Parameters<StoredOperations['textOf']>[1];
    expect(() => stored.textOf({ text: undefined, hash: operationHash(PEOPLE) }, caller)).toThrow(
      expect.objectContaining({ code: 'PERSISTED_QUERY_NOT_SUPPORTED' }),
    );
    expect(stored.textOf({ text: OTHER, hash: undefined }, caller)).toBe(OTHER);
  });

  it.each([
    ['neither a text nor a hash', { variables: {} }],
    ['an empty text', { query: '' }],
    ['an id that is no text', { documentId: 7 }],
    ['a text that is a number', { query: 7, ...byHash(PEOPLE) }],
  ])('refuses %s', async (_, body) => {
    expect(codeOf(await send(body))).toBe('BAD_REQUEST');
  });
});
