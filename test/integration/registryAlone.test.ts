/**
 * @property registries/own-gateway A registry answers only its gateway, for one request body, together with
 * the caller's own token.
 * @enforcedBy schema/tokens/decisionContext.ts, registry-kit/subgraph/serveSubgraph.ts
 * @property gateway/security-events
 */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import { policiesFolder } from '../../cli/options.js';
import { openLocalSubgraphs } from '../../cli/runtime/localSubgraphs.js';
import { loadPolicy, registerTrust } from '../../cli/runtime/openPolicy.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { trustedIssuer } from '../../gateway/identity/trustedIssuer.js';
import type { HttpServer } from '../../lib/httpServer.js';
import { serveSubgraph } from '../../registry-kit/subgraph/serveSubgraph.js';
import { SecurityEvents } from '../../schema/securityEvents.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import { type DecisionContext, signDecisionContext } from '../../schema/tokens/decisionContext.js';
import { signCompositionContext } from '../../schema/tokens/gatewayContext.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { contextOf, testCaller, tokenOf } from '../city/testCaller.js';
import { TestLog } from '../city/testLog.js';

const caller = testCaller({
  recipient: 'family-services',
  roles: ['family-team-worker'],
  purposes: ['child-protection'],
  units: ['PT-1'],
});
const context = contextOf(caller);
/** The answer to every request without a context, whatever it asks and whatever is wrong with it. */
const REFUSED = {
  status: 403,
  body: {
    errors: [{ message: 'This registry answers its gateway only.', extensions: { code: 'CONTEXT_REFUSED' } }],
  },
};

const CLIENTS = JSON.stringify({
  query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on PersonPage { health } } }',
  variables: { r: [{ __typename: 'PersonPage', first: 5, after: null }] },
});

describe('a registry that is called directly', () => {
  let city: TestCity;
  let health: HttpServer;
  let gatewayKey: KeyObject;
  let issuerKey: KeyObject;
  let stopLocal: () => void;
  const events: string[] = [];

  beforeAll(async () => {
    city = await makeCity();
    const gateway = generateKeyPairSync('ed25519');
    const issuer = generateKeyPairSync('ed25519');
    [gatewayKey, issuerKey] = [gateway.privateKey, issuer.privateKey];
    const policy = await loadPolicy(policiesFolder);
    const local = await openLocalSubgraphs({
      names: ['health'],
      writer: 'health',
      data: city.data,
      secrets: new Secrets(`${city.data}/secrets`),
      policy: () => policy,
      syntheticOnly: true,
      riskTrust: registerTrust({ dev: true }),
      log: new TestLog(),
    });
    stopLocal = () => local.stop();
    const address = { host: '127.0.0.1', port: 0 };
    health = await serveSubgraph(local.subgraphs[0]!, address, {
      gatewayKeys: [gateway.publicKey],
      catchUp: () => Promise.resolve(),
      securityEvents: new SecurityEvents({ service: 'health', sink: (line) => events.push(line) }),
      log: new TestLog(),
      trusted: [
        trustedIssuer({
          issuer: 'idp',
          audience: 'polku',
          keys: { keys: [await exportJWK(issuer.publicKey)] },
        }),
      ],
    });
  });

  afterAll(async () => {
    stopLocal?.();
    await health?.close();
    await city?.remove();
  });

  async function ask(
    body: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(health.url, { method: 'POST', body, headers });
    return { status: response.status, body: await response.json() };
  }

  const callerToken = (changes: Partial<Caller> = {}, expires?: string) =>
    tokenOf({ ...caller, ...changes }, issuerKey, expires);
  const signed = (
    body: string,
    changes: { audience?: string; key?: KeyObject; context?: Partial<DecisionContext> } = {},
  ) =>
    signDecisionContext(
      { ...context, ...changes.context },
      { audience: changes.audience ?? 'health', body, key: changes.key ?? gatewayKey },
    );
  const headers = async (polkuContext: string, token?: string) => ({
    'content-type': 'application/json',
    'polku-context': polkuContext,
    authorization: `Bearer ${token ?? (await callerToken())}`,
  });

  it('answers its gateway', async () => {
    const { status, body } = await ask(CLIENTS, await headers(await signed(CLIENTS)));
    expect(status).toBe(200);
    const feed = (
      body as {
        data: { _entities: [{ health: { state: string; columns: { person: { base64: string } } } }] };
      }
    ).data._entities[0].health;
    expect(feed.state).toBe('data');
    expect(Buffer.from(feed.columns.person.base64, 'base64').length).toBeGreaterThan(0);
  });

  it.each([
    ['entities', CLIENTS],
    ['its SDL', JSON.stringify({ query: 'query Q { _service { sdl } }' })],
    ['its schema', JSON.stringify({ query: '{ __schema { types { name } } }' })],
    ['__typename', JSON.stringify({ query: '{ __typename }' })],
    ['nonsense', 'not JSON'],
  ])('without a context refuses %s', async (_what, body) => {
    expect(await ask(body, { 'content-type': 'application/json' })).toEqual(REFUSED);
    expect(
      await ask(body, { 'content-type': 'application/json', authorization: `Bearer ${await callerToken()}` }),
    ).toEqual(REFUSED);
  });

  it('refuses a context signed by another key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(await ask(CLIENTS, await headers(await signed(CLIENTS, { key: privateKey })))).toEqual(REFUSED);
  });

  it('G16: records each refusal as a security event, with the reason', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const token = await callerToken();
    events.length = 0;
    await ask(CLIENTS, { 'content-type': 'application/json' });
    await ask(CLIENTS, await headers(await signed(CLIENTS, { audience: 'social' })));
    await ask(CLIENTS, await headers(await signed(CLIENTS, { key: privateKey })));
    await ask(`${CLIENTS} `, await headers(await signed(CLIENTS), token));
    await ask(CLIENTS, await headers(await signed(CLIENTS), await callerToken({}, '-1h')));
    const told = events.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ reason }) => reason)).toEqual([
      'no-context',
      'context-claim-aud',
      'context-signature',
      'context-mismatch',
      'caller-token-expired',
    ]);
    expect(told[3]).toMatchObject({ service: 'health', status: 403, code: 'CONTEXT_REFUSED', issuer: 'idp' });
    expect(events.join()).not.toContain(token.split('.')[1]);
  });

  it('G08: refuses an unauthenticated body before it has arrived', async () => {
    const { hostname, port } = health.url;
    const socket = connect(Number(port), hostname);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 60000000\r\n\r\n${'['.repeat(100)}`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('G08: refuses JSON with too many levels, even from its gateway', async () => {
    const body = `{"query":"{ __typename }","variables":${'['.repeat(1_000)}`;
    expect((await ask(body, await headers(await signed(body)))).status).not.toBe(200);
  });

  it('refuses a context for another registry', async () => {
    expect(await ask(CLIENTS, await headers(await signed(CLIENTS, { audience: 'social' })))).toEqual(REFUSED);
  });

  it('refuses a context for another body', async () => {
    expect(await ask(`${CLIENTS} `, await headers(await signed(CLIENTS)))).toEqual(REFUSED);
  });

  it('refuses a context that has expired or lives too long', async () => {
    const now = Math.floor(Date.now() / 1000);
    const made = (issuedAt: number, expires: number) =>
      new SignJWT({
        purpose: context.purpose,
        revision: 'r',
        domain: 'domain',
        recipient: caller.recipient,
        roles: caller.roles,
        body: createHash('sha256').update(CLIENTS).digest('base64url'),
      })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'polku-context+jwt' })
        .setIssuer('polku-gateway')
        .setAudience('health')
        .setSubject(caller.subject)
        .setJti('d-1')
        .setIssuedAt(issuedAt)
        .setExpirationTime(expires)
        .sign(gatewayKey);
    expect((await ask(CLIENTS, await headers(await made(now, now + 30)))).status).toBe(200);
    expect(await ask(CLIENTS, await headers(await made(now - 60, now - 30)))).toEqual(REFUSED);
    expect(await ask(CLIENTS, await headers(await made(now - 60, now + 3600)))).toEqual(REFUSED);
  });

  it.each([
    ['of somebody else', { subject: 'another' }],
    ['of another recipient', { recipient: 'university' }],
    ['with other roles', { roles: ['researcher'] }],
    ['without the purpose', { purposes: ['benefit'] }],
  ])("refuses a caller's token %s", async (_what, changes) => {
    expect(await ask(CLIENTS, await headers(await signed(CLIENTS), await callerToken(changes)))).toEqual(
      REFUSED,
    );
  });

  it("refuses a caller's token that has expired, or is missing", async () => {
    expect(
      await ask(CLIENTS, await headers(await signed(CLIENTS), await callerToken({}, '-1 minute'))),
    ).toEqual(REFUSED);
    expect(await ask(CLIENTS, await headers(await signed(CLIENTS), 'nonsense'))).toEqual(REFUSED);
  });

  it('sends its schema to a gateway that composes, and accepts that context for nothing else', async () => {
    const composition = {
      'content-type': 'application/json',
      'polku-context': await signCompositionContext('health', gatewayKey),
    };
    const { status, body } = await ask(
      JSON.stringify({ query: 'query Schema { _service { sdl } }' }),
      composition,
    );
    expect(status).toBe(200);
    expect((body as { data: { _service: { sdl: string } } }).data._service.sdl).toContain(
      'type HealthContact',
    );
    expect(await ask(CLIENTS, composition)).toEqual(REFUSED);
    const another = { ...composition, 'polku-context': await signCompositionContext('social', gatewayKey) };
    expect(await ask(JSON.stringify({ query: 'query Schema { _service { sdl } }' }), another)).toEqual(
      REFUSED,
    );
  });

  it('gives nothing to a purpose that its owner has not granted, whatever the gateway signs', async () => {
    const officer = { roles: ['benefit-officer'], purposes: ['benefit'], recipient: 'benefits' };
    const asking = { ...context, purpose: 'benefit', caller: { ...caller, ...officer } };
    const body = JSON.stringify({
      query: `query ($r: [_Any!]!) { _entities(representations: $r) {
        ... on Person { healthContacts { id service { code } startedAt } } ... on ServicePath { health } } }`,
      variables: {
        r: [
          { __typename: 'Person', id: 1 },
          { __typename: 'ServicePath', person: 1, from: null, until: null },
        ],
      },
    });
    const { status, body: answer } = await ask(
      body,
      await headers(await signed(body, { context: asking }), await callerToken(officer)),
    );
    expect(status).toBe(200);
    expect(answer).toEqual({
      data: { _entities: [{ healthContacts: null }, { health: { state: 'withheld' } }] },
    });
  });
});
