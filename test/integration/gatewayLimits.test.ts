/**
 * @property gateway/linear-refusal An operation that could exhaust the gateway is refused in linear time.
 * @enforcedBy federation/execution/limits.ts
 * @property gateway/limits-of-operation Limits apply to the operation that runs, whatever else its document
 * contains.
 * @enforcedBy federation/execution/limits.ts, gateway/operation/operationPreparer.ts
 * @property federation/planning-bounded
 */
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientSignal } from '../../federation/supergraph/clientSignal.js';
import type { GatewayRequest } from '../../gateway/gatewayRequest.js';
import { type Answer, ask, KNOWN_CODE, read, startGateway, type Testbed } from './gatewayTestbed.js';

const QUERY = '{ people(first: 1) { birthYear } }';
const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

describe('a request to a gateway', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startGateway();
  });
  afterAll(() => testbed.close());
  afterEach(async () => {
    expect((await ask(testbed, QUERY)).body.data).toEqual({ people: [{ birthYear: 1994 }] });
  });

  const bombs: readonly [name: string, query: string][] = [
    ['deep', `{ people(first: 1) { ${'friends { '.repeat(30)} id ${'}'.repeat(30)} } }`],
    [
      'full of aliases',
      `{ ${repeat(19, (i) => `a${i}: people(first: 1) { ${repeat(9, (j) => `b${j}: id`)} }`)} }`,
    ],
    ['of many root fields', `{ ${repeat(30, () => 'people(first: 1) { id }')} }`],
    ['of fragments that double each other', fragmentBomb(60)],
    [
      'of fragments beside the operation that is asked',
      `query Small ${QUERY} query Other ${fragmentBomb(60)}`,
    ],
    ['of one field again and again', `{ people(first: 1) { ${'id '.repeat(1_900)} } }`],
    ['of a long page', '{ people(first: 1001) { id } }'],
    ['of a long list', `{ people(first: 1, name: [${repeat(1001, () => '"a"')}]) { id } }`],
    ['of too many words', `{ people(first: 1) { ${'id '.repeat(20_000)} } }`],
    ['of lists within lists', `{ people(first: ${'['.repeat(9_000)}`],
    ['of selections within selections', '{ friends '.repeat(4_900)],
    [
      'of fragments within fragments',
      `{ ${'... { '.repeat(200)} people(first: 1) { id } ${'}'.repeat(200)} }`,
    ],
    [
      'of lists of lists of a variable',
      `query ($v: ${'['.repeat(40)}Int${']'.repeat(40)}) { people(first: 1) { id } }`,
    ],
    ['of a long name', `query ${'A'.repeat(200)} ${QUERY}`],
  ];
  it.each(bombs)('is refused when it is %s', async (_, query) => {
    const { status, body } = await ask(testbed, query, {
      ...(query.includes('Small') && { operationName: 'Small' }),
    });
    expect(status).toBe(400);
    expect(body.errors![0]!.extensions.code).toBe('OPERATION_TOO_LARGE');
  });

  it.each([
    ['asks for a long page', { first: 5_000 }],
    ['has a long list', { first: 1, names: Array.from({ length: 1_001 }, () => 'a') }],
    ['is nested', { first: 1, names: JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown }],
  ])('is refused when a variable %s', async (_, variables) => {
    const { status, body } = await ask(testbed, 'query ($first: Int!) { people(first: $first) { id } }', {
      variables,
    });
    expect(status).toBe(400);
    expect(body.errors![0]!.extensions.code).toBe('OPERATION_TOO_LARGE');
  });

  it.each([0, -1, -2_147_483_648])('is refused when a page has %i items', async (first) => {
    const literal = await ask(testbed, `{ people(first: ${first}) { id } }`);
    const variable = await ask(testbed, 'query ($first: Int!) { people(first: $first) { id } }', {
      variables: { first },
    });
    for (const { status, body } of [literal, variable]) {
      expect(status).toBe(400);
      expect(body.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  it.each([
    ['a default', 'query A($n: Int! = 1000000) { people(first: $n) { id } }', undefined],
    ['a variable', 'query A($n: Int!) { people(first: $n) { id } }', { n: 1_000_000 }],
    ['a literal', 'query A { people(first: 1000000) { id } }', undefined],
    [
      'a default in a fragment',
      'query A($n: Int! = 1000000) { ...F } fragment F on Query { people(first: $n) { id } }',
      undefined,
    ],
  ])('G04: is refused by the page size of the operation that runs: %s', async (_, query, variables) => {
    const others = 'query B($n: Int! = 1) { people(first: $n) { id } } query C { people(first: 1) { id } }';
    for (const text of [`${query} ${others}`, `${others} ${query}`]) {
      const { status, body } = await ask(testbed, text, {
        operationName: 'A',
        ...(variables && { variables }),
      });
      expect(status).toBe(400);
      expect(body.errors![0]!.extensions.code).toBe('OPERATION_TOO_LARGE');
    }
  });

  it('G04: is answered whatever pages other operations of its document request', async () => {
    const query = `query A($n: Int! = 1000000) { people(first: $n) { id } }
      query B($n: Int! = 1) { people(first: $n) { birthYear } } query C { people(first: 0) { id } }`;
    const { body } = await ask(testbed, query, { operationName: 'B' });
    expect(body.data).toEqual({ people: [{ birthYear: 1994 }] });
  });

  it.each([
    ['an id that never existed', '{ person(id: "x") { birthYear visits { service } } }', {}, 'ID_UNKNOWN'],
    [
      'an id that never existed in a variable',
      'query ($id: PersonID!) { person(id: $id) { birthYear visits { service } } }',
      { id: 'x' },
      'ID_UNKNOWN',
    ],
    ['a variable that is missing', 'query ($id: PersonID!) { person(id: $id) { id } }', {}, 'BAD_USER_INPUT'],
    [
      'a variable of another type',
      'query ($n: Int!) { people(first: $n) { visits { service } } }',
      { n: 'one' },
      'BAD_USER_INPUT',
    ],
    [
      'a page that is too long',
      'query ($n: Int! = 1001) { people(first: $n) { visits { diagnosis } } }',
      {},
      'OPERATION_TOO_LARGE',
    ],
  ])('E06: is refused before planning when it has %s', async (_, query, variables, code) => {
    const before = testbed.planned.length;
    const { body } = await ask(testbed, query, { variables });
    expect(body.errors![0]!.extensions.code).toBe(code);
    expect(testbed.planned).toHaveLength(before);
  });

  it('G22: is refused when one caller sends too many at once, and other callers are answered', async () => {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const doctor = { caller: { subject: 'doctor' }, signal: new ClientSignal() } as GatewayRequest;
    // Four that are answered and a hundred that wait.
    const held = Array.from({ length: 104 }, () => testbed.gateway.inTurn(doctor, false, () => released));
    const refused = await ask(testbed, QUERY);
    const other = await ask(testbed, QUERY, { persona: 'family-team', purpose: 'child-protection' });
    release();
    await Promise.all(held);
    expect(refused.status).toBe(429);
    expect(refused.body.errors![0]!.extensions.code).toBe('RATE_LIMITED');
    expect(other.status).not.toBe(429);
  });

  it('G22: waits while another large request of its caller runs, and small requests do not wait', async () => {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const doctor = { caller: { subject: 'doctor' }, signal: new ClientSignal() } as GatewayRequest;
    const held = testbed.gateway.inTurn(doctor, true, () => released);
    const ended: string[] = [];
    const large = ask(testbed, `${QUERY} # ${'x'.repeat(20_000)}`).then(({ status }) => {
      ended.push(`large ${status}`);
    });
    const { status } = await ask(testbed, QUERY);
    ended.push(`small ${status}`);
    release();
    await Promise.all([held, large]);
    expect(ended).toEqual(['small 200', 'large 200']);
  });

  it('is refused when fragments spread themselves', async () => {
    const { status, body } = await ask(
      testbed,
      'query { people(first: 1) { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }',
    );
    expect(status).toBe(400);
    expect(body.errors![0]!.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('is refused by its size before it is buffered: a body of 10 MB', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const answer = await ask(testbed, `{ people(first: 1) { id } } # ${'x'.repeat(10_000_000)}`);
    expect(answer.status).toBe(413);
    expect(answer.body.errors![0]!.extensions.code).toBe('REQUEST_TOO_LARGE');
    // The client in this process has up to three copies of its body; a gateway that buffered it would add
    // a fourth.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(35_000_000);
  });

  it('is cut off when its body does not end', async () => {
    const socket = connect(Number(testbed.url.port), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const chunk = `100000\r\n${'x'.repeat(0x10_0000)}\r\n`;
    const feed = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', feed);
    feed();
    await closed;
  });

  it.each([
    ['as an argument', `{ personByIdentityCode(code: "${KNOWN_CODE}") { id } }`],
    ['where a number is expected', `{ people(first: "${KNOWN_CODE}") { id } }`],
    ['in any string', `{ people(first: 1, name: "code ${KNOWN_CODE.toLowerCase()}") { id } }`],
    ['in a block string', `{ people(first: 1, name: """${KNOWN_CODE}""") { id } }`],
    [
      'as a default',
      `query ($code: IdentityCode = "${KNOWN_CODE}") { personByIdentityCode(code: $code) { id } }`,
    ],
    ['as an alias', `{ _${KNOWN_CODE}: people(first: 1) { id } }`],
    ['as a name', `query q${KNOWN_CODE} ${QUERY}`],
  ])('is refused when an identity code is in the text %s', async (_, query) => {
    const answer = await ask(testbed, query);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors![0]!.extensions.code).toBe('IDENTITY_CODE_LITERAL');
    expectNoCode(answer);
  });

  it('is refused when any literal is given for an identity code', async () => {
    const { body } = await ask(testbed, '{ personByIdentityCode(code: "x") { id } }');
    expect(body.errors![0]!.extensions.code).toBe('IDENTITY_CODE_LITERAL');
  });

  it('is not quoted by the parser when it holds an identity code', async () => {
    const answer = await ask(testbed, `{ people "${KNOWN_CODE}" }`);
    expect(answer.body.errors![0]!.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    expectNoCode(answer);
  });

  it('is refused when an identity code is in the address', async () => {
    const url = new URL('/graphql', testbed.url);
    url.searchParams.set(
      'query',
      'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id } }',
    );
    url.searchParams.set('variables', JSON.stringify({ code: '131052+308T' }));
    const answer = await read(await fetch(url, { headers: { 'apollo-require-preflight': 'yes' } }));
    expect(answer.status).toBe(400);
    expect(answer.body.errors![0]!.extensions.code).toBe('IDENTITY_CODE_LITERAL');
  });

  it('is refused after thirty look-ups in a minute', async () => {
    const query = 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id } }';
    const many = `query ($code: IdentityCode!) { ${repeat(20, (i) => `p${i}: personByIdentityCode(code: $code) { id }`)} }`;
    const asking = { variables: { code: KNOWN_CODE } };
    expect((await ask(testbed, many, asking)).status).toBe(200);
    expect((await ask(testbed, many, asking)).body.errors![0]!.extensions.code).toBe('RATE_LIMITED');
    expect((await ask(testbed, query, asking)).status).toBe(200);
  });

  it('is refused when a page of another site could have sent it', async () => {
    const token = await testbed.issuer.issue('doctor');
    const headers = {
      'content-type': 'text/plain',
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'care',
    };
    const url = new URL('/graphql', testbed.url);
    const posted = await read(
      await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: QUERY }) }),
    );
    expect(posted.status).toBe(415);
    expect(posted.body.errors![0]!.extensions.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    url.searchParams.set('query', QUERY);
    const got = await read(
      await fetch(url, { headers: { authorization: `Bearer ${token}`, 'purpose-of-use': 'care' } }),
    );
    expect(got.status).toBe(400);
    expect(got.body.errors![0]!.message).toContain('CSRF');
  });

  it.each([
    ['no JSON', '{"query":', 400],
    ['a batch', `[{"query":"${QUERY}"}]`, 400],
    ['a number', '1', 400],
    ['nothing', '', 400],
  ])('is refused when its body is %s', async (_, body, status) => {
    const token = await testbed.issuer.issue('doctor');
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'care',
    };
    const answer = await read(
      await fetch(new URL('/graphql', testbed.url), { method: 'POST', headers, body }),
    );
    expect(answer.status).toBe(status);
    expect(answer.body.errors![0]!.extensions.code).toBe('BAD_REQUEST');
  });

  it('is refused when it names an operation by hash alone', async () => {
    const token = await testbed.issuer.issue('doctor');
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'care',
    };
    const body = JSON.stringify({
      extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } },
    });
    const answer = await read(
      await fetch(new URL('/graphql', testbed.url), { method: 'POST', headers, body }),
    );
    expect(answer.body.errors![0]!.extensions.code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });

  it('is refused with another HTTP method', async () => {
    const response = await fetch(new URL('/graphql', testbed.url), { method: 'PUT', body: '{}' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });
});

/** Fragments that each spread the next one twice: 2^levels selections in a text of a few kilobytes. */
function fragmentBomb(levels: number): string {
  const fragments = repeat(
    levels,
    (i) => `fragment F${i} on Person { ...F${i + 1} friends { ...F${i + 1} } }`,
  );
  const last = `fragment F${levels} on Person { id }`;
  return `{ people(first: 1) { ...F0 } } ${fragments} ${last}`;
}

function expectNoCode({ text }: Answer): void {
  expect(text.toUpperCase()).not.toContain(KNOWN_CODE);
}
