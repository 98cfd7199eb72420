/**
 * @property gateway/token-checks Tokens have a pinned algorithm, issuer, audience and expiry. The purpose
 * must be in the token and fit the role.
 * @enforcedBy schema/tokens/callerToken.ts, gateway/identity/purpose.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { trustedIssuer } from '../../gateway/identity/trustedIssuer.js';
import { ask, read, startGateway, type Testbed } from './gatewayTestbed.js';

const QUERY = '{ people(first: 1) { birthYear } }';
const claims = { recipient: 'health-services', roles: ['clinician'], purposes: ['care'] };
const stranger = generateKeyPairSync('ed25519').privateKey;
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function signedByStranger(): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: 'dev' })
    .setIssuer('polku-dev')
    .setAudience('polku')
    .setSubject('doctor')
    .setExpirationTime('1h')
    .sign(stranger);
}

describe('a request', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startGateway();
  });
  afterAll(() => testbed.close());
  afterEach(async () => {
    expect((await ask(testbed, QUERY)).body.data).toEqual({ people: [{ birthYear: 1994 }] });
  });

  it('is refused without a token, and the answer states what to send', async () => {
    const { status, headers, body } = await ask(testbed, QUERY, { token: null });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(body.errors![0]).toMatchObject({
      message: expect.stringContaining('Authorization: Bearer'),
      extensions: { code: 'UNAUTHENTICATED', decisionId: headers.get('polku-decision-id') },
    });
  });

  it('is refused with a token signed by another key', async () => {
    await expectRefused(await signedByStranger());
  });

  it('is refused with a token that names no algorithm', async () => {
    const payload = {
      ...claims,
      iss: 'polku-dev',
      aud: 'polku',
      sub: 'doctor',
      exp: Date.now() / 1000 + 600,
    };
    await expectRefused(`${base64url({ alg: 'none' })}.${base64url(payload)}.`);
  });

  it('is refused with a token signed with the public key as a shared secret', async () => {
    const secret = Buffer.from(testbed.issuer.jwks.keys[0]!.x!, 'base64url');
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'dev' });
    await expectRefused(
      await token.setIssuer('polku-dev').setAudience('polku').setExpirationTime('1h').sign(secret),
    );
  });

  it('is refused with a token whose payload was changed', async () => {
    const [header, , signature] = (await testbed.issuer.issue('planner')).split('.');
    const payload = {
      ...claims,
      iss: 'polku-dev',
      aud: 'polku',
      sub: 'doctor',
      exp: Date.now() / 1000 + 600,
    };
    await expectRefused(`${header}.${base64url(payload)}.${signature}`);
  });

  it('is refused with a string that is not a token', async () => {
    await expectRefused('abc');
    await expectRefused('a b');
  });

  async function expectRefused(token: string): Promise<void> {
    const { status, body, text } = await ask(testbed, QUERY, { token });
    expect(status).toBe(401);
    expect(body.data).toBeUndefined();
    expect(body.errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    expect(text).not.toContain('health-services');
  }
});

describe('a gateway that fetches the keys of a remote issuer', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  let issuerServer: Server;
  let testbed: Testbed;
  beforeAll(async () => {
    const jwks = JSON.stringify({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'EdDSA' }],
    });
    issuerServer = createServer((_, response) => void response.end(jwks)).listen(0, '127.0.0.1');
    await once(issuerServer, 'listening');
    const keys = new URL(`http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}/jwks`);
    testbed = await startGateway({ trusted: [trustedIssuer({ issuer: 'idp', audience: 'polku', keys })] });
  });
  afterAll(async () => {
    await testbed.close();
    issuerServer.close();
  });

  const code = async (
    change: (token: SignJWT) => SignJWT,
    given: object = claims,
  ): Promise<string | undefined> => {
    const token = new SignJWT({ ...given })
      .setProtectedHeader({ alg: 'EdDSA', kid: '1' })
      .setIssuer('idp')
      .setAudience('polku')
      .setSubject('doctor')
      .setExpirationTime('1h');
    const { status, body } = await ask(testbed, QUERY, { token: await change(token).sign(privateKey) });
    expect(status).toBe(body.errors ? 401 : 200);
    return body.errors?.[0]!.extensions.code;
  };

  it('accepts tokens of the issuer', async () => {
    expect(await code((token) => token)).toBeUndefined();
  });

  it.each<[string, (token: SignJWT) => SignJWT]>([
    ['has expired', (token) => token.setExpirationTime('-1m')],
    ['is not valid yet', (token) => token.setNotBefore('1h')],
    ['is for another audience', (token) => token.setAudience('elsewhere')],
    ['is of another issuer', (token) => token.setIssuer('elsewhere')],
  ])('refuses a token that %s', async (_, change) => {
    expect(await code(change)).toBe('UNAUTHENTICATED');
    expect(await code((token) => token)).toBeUndefined();
  });

  it.each([
    ['no recipient', { ...claims, recipient: undefined }],
    ['no roles', { ...claims, roles: [] }],
    ['purposes that are no list', { ...claims, purposes: 'care' }],
  ])('refuses a token with %s', async (_, given) => {
    expect(await code((token) => token, given)).toBe('UNAUTHENTICATED');
  });

  it('does not start with a key address that is not encrypted', () => {
    const keys = new URL('http://idp.example/jwks');
    expect(() => trustedIssuer({ issuer: 'idp', audience: 'polku', keys })).toThrow(/https/);
  });
});

describe('the issuer of --dev', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startGateway();
  });
  afterAll(() => testbed.close());
  const post = (body: string, type = 'application/json'): Promise<Response> =>
    fetch(new URL('/dev/token', testbed.url), { method: 'POST', body, headers: { 'content-type': type } });

  it('lists personas in three languages, with the names of their purposes and roles', async () => {
    const response = await fetch(new URL('/dev/personas', testbed.url));
    const { personas } = (await response.json()) as {
      personas: readonly { id: string }[];
    };
    expect(personas.map(({ id }) => id)).toContain('researcher');
    expect(personas.find(({ id }) => id === 'doctor')).toMatchObject({
      label: { en: 'Health-centre doctor', fi: 'Terveyskeskuslääkäri', sv: 'Läkare vid hälsocentral' },
      roles: [{ id: 'clinician', label: { en: 'Clinician', fi: 'Lääkäri', sv: 'Läkare' } }],
      purposes: [{ id: 'care', label: { en: 'Care', fi: 'Hoito', sv: 'Vård' } }],
    });
  });

  it('issues a persona a token that the gateway accepts', async () => {
    const { token } = (await (await post('{"persona":"doctor"}')).json()) as { token: string };
    expect((await ask(testbed, QUERY, { token })).body.data).toEqual({ people: [{ birthYear: 1994 }] });
  });

  it.each([['{"persona":"nobody"}'], ['{}'], ['['], ['null']])('refuses %s', async (body) => {
    const answer = await read(await post(body));
    expect(answer.status).toBe(400);
    expect(answer.body.errors![0]!.extensions.code).toBe('BAD_REQUEST');
  });

  it('refuses a form of another site', async () => {
    expect((await post('{"persona":"doctor"}', 'text/plain')).status).toBe(415);
  });

  it('publishes its public key only', async () => {
    const text = await (await fetch(new URL('/.well-known/jwks.json', testbed.url))).text();
    expect(JSON.parse(text)).toEqual({
      keys: [expect.objectContaining({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' })],
    });
    expect(text).not.toContain('"d"');
  });
});

describe('the purpose of use', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await startGateway();
  });
  afterAll(() => testbed.close());

  it.each([
    ['is missing', null, 'PURPOSE_MISSING', 400],
    ['is unknown', 'curiosity', 'PURPOSE_MISSING', 400],
    ['is given twice', 'care, child-protection', 'PURPOSE_MISSING', 400],
    ['is not among those of the token', 'child-protection', 'PURPOSE_NOT_HELD', 403],
  ])(
    'that %s is refused, and the answer names those that the token carries',
    async (_, purpose, code, status) => {
      const answer = await ask(testbed, QUERY, { purpose });
      expect(answer.status).toBe(status);
      expect(answer.body.errors![0]).toMatchObject({
        message: expect.stringContaining('Your token carries: care.'),
        extensions: { code },
      });
      expect(answer.text).not.toContain('curiosity');
    },
  );

  it('that no role of the caller serves is refused', async () => {
    const answer = await ask(testbed, QUERY, { persona: 'social-worker', purpose: 'social-service' });
    expect(answer.status).toBe(403);
    expect(answer.body.errors![0]).toMatchObject({
      message: expect.stringContaining('None of your roles (social-worker)'),
      extensions: { code: 'PURPOSE_NOT_HELD' },
    });
  });
});
