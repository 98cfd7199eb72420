/**
 * @property gateway/security-events Every 401 and 403 is a security event, or is counted in one, with the
 * reason, issuer and key of its token and nothing else of the token.
 * @enforcedBy schema/securityEvents.ts, gateway/http/graphqlRoute.ts, gateway/http/serveGateway.ts,
 * registry-kit/subgraph/serveSubgraph.ts
 * @property gateway/body-after-token The token is verified before the body is read. Type, size and depth of
 * the body are checked before it is parsed.
 * @enforcedBy gateway/http/graphqlRoute.ts, federation/http/graphqlRequest.ts, lib/parseJson.ts
 * @property audit/no-record-no-data
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { type Answer, read, startGateway, type Testbed } from './gatewayTestbed.js';

const QUERY = '{ people(first: 1) { birthYear } }';
const ANSWER = { people: [{ birthYear: 1994 }] };

let testbed: Testbed;
let token: string;
beforeAll(async () => {
  testbed = await startGateway();
  token = await testbed.issuer.issue('doctor');
});
afterAll(() => testbed.close());

/** Posts a body as a doctor for care. */
async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return read(
    await fetch(new URL('/graphql', testbed.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'purpose-of-use': 'care',
        ...headers,
      },
      body,
    }),
  );
}

/** The record of an answer, by its decision id. */
async function recordOf({ headers }: Answer) {
  const records = await testbed.records();
  return records.find(({ decisionId }) => decisionId === headers.get('polku-decision-id'));
}

describe('every answer to a verified caller has its audit record', () => {
  it('G05: treats an empty operationName as absent', async () => {
    const answer = await post(JSON.stringify({ query: QUERY, operationName: '' }));
    expect([answer.status, answer.body.data]).toEqual([200, ANSWER]);
    expect(await recordOf(answer)).toMatchObject({ outcome: 'answered', operation: {} });
    const several = await post(
      JSON.stringify({ query: `query A ${QUERY} query B ${QUERY}`, operationName: '' }),
    );
    expect(several.status).toBe(400);
    expect(await recordOf(several)).toMatchObject({ codes: ['OPERATION_RESOLUTION_FAILURE'] });
  });

  it('G05: treats an empty operationName in an address as absent', async () => {
    const url = new URL('/graphql', testbed.url);
    url.searchParams.set('query', QUERY);
    url.searchParams.set('operationName', '');
    const headers = {
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'care',
      'apollo-require-preflight': '1',
    };
    const answer = await read(await fetch(url, { headers }));
    expect([answer.status, answer.body.data]).toEqual([200, ANSWER]);
  });

  it.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number, string]>([
    ['a body that is no JSON', '{', {}, 400, 'BAD_REQUEST'],
    ['a body that is no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 400, 'BAD_REQUEST'],
    ['an empty body', '', {}, 400, 'BAD_REQUEST'],
    ['a batch', `[{"query":"${QUERY}"}]`, {}, 400, 'BAD_REQUEST'],
    ['a query that is no text', '{"query":{"kind":"Document"}}', {}, 400, 'BAD_REQUEST'],
    ['a name that is no text', `{"query":"${QUERY}","operationName":{}}`, {}, 400, 'BAD_REQUEST'],
    ['variables in a text', `{"query":"${QUERY}","variables":"{}"}`, {}, 400, 'BAD_REQUEST'],
    ['a hash alone', '{"extensions":{"persistedQuery":{}}}', {}, 200, 'PERSISTED_QUERY_NOT_SUPPORTED'],
    [
      'another type',
      `{"query":"${QUERY}"}`,
      { 'content-type': 'application/jsonp' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a packed body', `{"query":"${QUERY}"}`, { 'content-encoding': 'gzip' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a large body', ' '.repeat(1_000_001), {}, 413, 'REQUEST_TOO_LARGE'],
    ['nested JSON', `{"query":"${QUERY}","variables":${'['.repeat(1_000)}`, {}, 400, 'OPERATION_TOO_LARGE'],
    ['a short reason', `{"query":"${QUERY}"}`, { 'polku-break-glass': 'x' }, 400, 'BAD_REQUEST'],
    [
      'a reason with a code',
      `{"query":"${QUERY}"}`,
      { 'polku-break-glass': 'it is 131052-9982 here' },
      400,
      'IDENTITY_CODE_LITERAL',
    ],
    [
      'a purpose not held',
      `{"query":"${QUERY}"}`,
      { 'purpose-of-use': 'child-protection' },
      403,
      'PURPOSE_NOT_HELD',
    ],
  ])('G05: records %s', async (_, body, headers, status, code) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.errors![0]!.extensions).toMatchObject({
      code,
      decisionId: answer.headers.get('polku-decision-id'),
    });
    expect(await recordOf(answer)).toMatchObject({ outcome: 'refused', codes: [code], people: [] });
  });

  it('G05: records a fault under the decision id that it reports', async () => {
    const { policy } = testbed.gateway;
    const fault = new Error('A fault that nobody expects.');
    const decide = () => {
      throw fault;
    };
    testbed.gateway.swap(Object.create(policy, { decide: { value: decide } }) as Policy);
    try {
      const answer = await post(JSON.stringify({ query: QUERY }));
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain(fault.message);
      expect(testbed.faults).toContain(fault);
      expect(await recordOf(answer)).toMatchObject({ outcome: 'failed', codes: ['INTERNAL_SERVER_ERROR'] });
    } finally {
      testbed.gateway.swap(policy);
    }
  });
});

describe('the media type of a request and of its answer', () => {
  it.each(['Application/JSON', 'application/json; Charset=UTF-8'])(
    'G07: accepts a body of %s',
    async (type) => {
      const { status, body } = await post(JSON.stringify({ query: QUERY }), { 'content-type': type });
      expect([status, body.data]).toEqual([200, ANSWER]);
    },
  );

  it.each(['application/json-patch+json', 'application/jsonp', 'application/json; charset=latin1'])(
    'G07: refuses a body of %s',
    async (type) => {
      const { status, body } = await post(JSON.stringify({ query: QUERY }), { 'content-type': type });
      expect([status, body.data]).toEqual([415, undefined]);
    },
  );

  it('G07: refuses an Accept header that it cannot satisfy before it decides anything', async () => {
    const answer = await post(JSON.stringify({ query: QUERY }), { accept: 'application/jsonp' });
    expect(answer.status).toBe(406);
    expect(answer.body.errors![0]!.extensions.code).toBe('NOT_ACCEPTABLE');
    expect(await recordOf(answer)).toBeUndefined();
    const response = await post(JSON.stringify({ query: QUERY }), {
      accept: 'Application/GraphQL-Response+JSON',
    });
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
  });
});

describe('a request without a token', () => {
  it('G08: is refused before its body has arrived', async () => {
    const socket = connect(Number(testbed.url.port), '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n[[[[',
    );
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (data) => resolve(String(data))),
    );
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('G08: is refused for the missing token, whatever the body is', async () => {
    for (const body of ['['.repeat(1_000_000), '{', ' '.repeat(2_000_000)]) {
      const { status, body: refused } = await post(body, { authorization: 'Bearer x' });
      expect([status, refused.errors![0]!.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });
});

describe('a null variable in a non-null position', () => {
  const NULL_V = { v: null };
  it.each([
    `query ($v: Boolean = true) { people(first: 1) @include(if: $v) { birthYear } }`,
    `query ($v: Boolean = false) { ... @skip(if: $v) { people(first: 1) { birthYear } } }`,
    `query ($v: Boolean = true) { people(first: 1) { birthYear ...F @include(if: $v) } } fragment F on Person { id }`,
    `query ($v: Int = 1) { people(first: $v) { birthYear } }`,
    `query ($v: String = "Person") { __type(name: $v) { name } }`,
  ])('G06: is refused before any registry is asked: %s', async (query) => {
    const answer = await post(JSON.stringify({ query, variables: NULL_V }));
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      errors: [
        {
          message: expect.stringContaining('$v is null'),
          extensions: { code: 'BAD_USER_INPUT', variable: '$v', decisionId: expect.any(String) },
        },
      ],
    });
    expect(await recordOf(answer)).toMatchObject({ outcome: 'refused', fetches: {} });
    expect((await post(JSON.stringify({ query }))).body.errors).toBeUndefined();
  });

  it('G06: is refused in partial mode when only withheld fields use it', async () => {
    const query = 'query ($v: Boolean = true) { people(first: 1) { birthYear district @include(if: $v) } }';
    const partial = { 'polku-partial': 'true' };
    const { status, body } = await post(JSON.stringify({ query, variables: NULL_V }), partial);
    expect([status, body.errors![0]!.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect((await post(JSON.stringify({ query }), partial)).body.data).toEqual({
      people: [{ birthYear: 1994, district: null }],
    });
  });
});

describe('a request that is refused for its caller or purpose', () => {
  const headers: Record<string, Record<string, string>> = {
    'no token': { authorization: '' },
    'what is no token': { authorization: 'Bearer x' },
    'another scheme': { authorization: 'Basic dTpw' },
    'a purpose not held': { 'purpose-of-use': 'child-protection' },
    'what is not shown': {},
  };
  it.each([
    ['no token', 401, 'malformed'],
    ['what is no token', 401, 'malformed'],
    ['another scheme', 401, 'malformed'],
    ['a purpose not held', 403, 'PURPOSE_NOT_HELD'],
    ['what is not shown', 403, 'PURPOSE_NOT_PERMITTED'],
  ])('G16: is a security event: %s', async (what, status, reason) => {
    testbed.events.length = 0;
    testbed.securityEvents.flush();
    const answer = await post(JSON.stringify({ query: '{ people(first: 1) { district } }' }), headers[what]);
    expect(answer.status).toBe(status);
    expect(testbed.events.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ status, reason, decisionId: answer.headers.get('polku-decision-id') }),
    ]);
    for (const part of token.split('.')) expect(testbed.events.join()).not.toContain(part);
    expect(testbed.events.join()).not.toContain('doctor');
  });

  it('G16: is no security event when it is answered, or refused for its form', async () => {
    testbed.events.length = 0;
    await post(JSON.stringify({ query: QUERY }));
    await post('{');
    expect(testbed.events).toEqual([]);
  });
});
