/**
 * @property gateway/cors Only pages of listed origins may read an answer of /graphql, with a token of their
 * own; a session of the console counts for no other origin.
 * @enforcedBy gateway/http/cors.ts, gateway/session/sessionRoutes.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RevokedSessions } from '../../gateway/session/revokedSessions.js';
import { SealedCookie } from '../../gateway/session/sealedCookie.js';
import { type Session, Sessions } from '../../gateway/session/sessions.js';
import { ask, startGateway, type Testbed } from './gatewayTestbed.js';

const APP = 'https://app.example.org';
const QUERY = '{ people(first: 1) { birthYear } }';
const secret = Buffer.alloc(32, 1);

describe('CORS', () => {
  let folder: string;
  let testbed: Testbed;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-cors-'));
    const login = { name: 'staff', label: { en: 'a', fi: 'b', sv: 'c' }, issuer: 'http://127.0.0.1:1' };
    const sessions = new Sessions({
      logins: [{ ...login, clientId: 'console', clientSecret: 'secret', scopes: ['openid'] }],
      publicUrl: new URL('https://polku.example'),
      secrets: [secret],
      idleSeconds: 60,
      totalSeconds: 60,
      revoked: await RevokedSessions.open(join(folder, 'revoked.json'), 60),
    });
    testbed = await startGateway({ corsOrigins: [APP, 'http://localhost:5173'], sessions });
  });
  afterAll(async () => {
    await testbed.close();
    await rm(folder, { recursive: true });
  });

  const preflight = (origin: string, path = '/graphql'): Promise<Response> =>
    fetch(new URL(path, testbed.url), {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,purpose-of-use',
      },
    });
  const corsHeaders = ({ headers }: { headers: Headers }): readonly string[] =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'));

  it('answers the preflight of a listed origin without a token, and records nothing', async () => {
    const response = await preflight(APP);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      vary: 'Origin',
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-expose-headers': 'polku-decision-id',
      'access-control-max-age': '600',
    });
    expect(response.headers.get('access-control-allow-headers')!.split(', ')).toEqual([
      'authorization',
      'content-type',
      'accept',
      'purpose-of-use',
      'polku-partial',
      'polku-break-glass',
      'apollo-require-preflight',
      'x-apollo-operation-name',
      'traceparent',
    ]);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(await testbed.records()).toEqual([]);
  });

  it('lets a listed origin read an answer and a refusal', async () => {
    for (const purpose of ['care', null]) {
      const answer = await ask(testbed, QUERY, { purpose, headers: { origin: APP } });
      expect(answer.status).toBe(purpose === null ? 400 : 200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
      expect(answer.headers.get('vary')).toBe('Origin, Accept-Language');
    }
  });

  it.each([
    'https://evil.example',
    'https://app.example.org.evil.example',
    'https://app.example.org:444',
    'http://app.example.org',
    'HTTPS://APP.EXAMPLE.ORG',
    'null',
    '*',
    `${APP}, ${APP}`,
  ])('gives the origin %s no header of CORS', async (origin) => {
    const refused = await preflight(origin);
    expect(refused.status).toBe(405);
    expect(corsHeaders(refused)).toEqual([]);
    expect(refused.headers.get('vary')).toBe('Origin');
    expect(corsHeaders(await ask(testbed, QUERY, { headers: { origin } }))).toEqual([]);
  });

  it('covers /graphql only', async () => {
    for (const path of ['/session', '/health', '/dev/token', '/', '/graphql/', '/policies/current'])
      expect(corsHeaders(await preflight(APP, path))).toEqual([]);
  });

  it('gives no header of CORS where no origin is listed', async () => {
    const closed = await startGateway();
    const answer = await ask(closed, QUERY, { headers: { origin: APP } });
    expect([answer.status, answer.headers.get('vary'), corsHeaders(answer)]).toEqual([
      200,
      'Accept-Language',
      [],
    ]);
    await closed.close();
  });

  it('refuses a session of the console from another origin, even a listed one', async () => {
    const now = Math.floor(Date.now() / 1000);
    const session: Session = {
      login: 'staff',
      accessToken: await testbed.issuer.issue('doctor'),
      subject: 'doctor',
      providerSession: 'one',
      startedAt: now,
      seenAt: now,
      expiresAt: now + 3_600,
    };
    const lines = await new SealedCookie<Session>('__Host-polku-session', 'Strict', [secret]).write(
      session,
      60,
    );
    const cookie = lines.map((line) => line.split(';')[0]).join('; ');
    const withCookie = (headers: Record<string, string>) =>
      ask(testbed, QUERY, { token: null, headers: { cookie, ...headers } });
    expect((await withCookie({ origin: 'https://polku.example' })).status).toBe(200);
    for (const headers of [
      { origin: APP },
      { origin: APP, 'sec-fetch-site': 'same-origin' },
      { origin: APP, 'sec-fetch-site': 'cross-site' },
      { origin: APP, 'sec-fetch-site': 'same-site' },
    ]) {
      const answer = await withCookie(headers);
      expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
    }
  });
});
