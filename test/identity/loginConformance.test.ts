/**
 * @property gateway/login-conformance A login ends only in the browser and with the provider that began it
 * (RFC 7636, RFC 9207), once, and a logout at the provider ends its session.
 * @enforcedBy gateway/session/loginProvider.ts, gateway/session/sessions.ts
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { LoginAttempt } from '../../gateway/session/loginProvider.js';
import { RevokedSessions } from '../../gateway/session/revokedSessions.js';
import { SealedCookie } from '../../gateway/session/sealedCookie.js';
import { Sessions } from '../../gateway/session/sessions.js';
import { FAMILY_TEAM } from '../city/productionCity.js';
import { HttpBrowser } from './httpBrowser.js';
import { startProvider, type TestProvider } from './startProvider.js';

const SECRET = 'a-secret-for-tests';
const secrets = [Buffer.alloc(32, 1)];

/** A login that a browser has begun and not yet ended. */
interface Begun {
  readonly browser: HttpBrowser;
  /** The address of the provider to which the browser was sent. */
  readonly location: URL;
  /** The cookie of the attempt. */
  readonly cookie: string;
  /** What the provider sent back. */
  readonly answer: URLSearchParams;
}

describe('a login to the console', () => {
  let folder: string;
  /** Where providers send browsers, and their logout tokens. */
  let relay: Server;
  let logouts: string[];
  const providers = new Map<string, TestProvider>();
  let sessions: Sessions;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-conformance-'));
    logouts = [];
    relay = createServer((request, response) => {
      void text(request).then((body) => {
        const token = new URLSearchParams(body).get('logout_token');
        if (token !== null) logouts.push(token);
        response.end('done');
      });
    }).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const publicUrl = new URL(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`);
    for (const name of ['staff', 'partners'])
      providers.set(
        name,
        await startProvider({
          clients: [
            {
              client_id: 'polku',
              client_secret: SECRET,
              redirect_uris: [new URL('/session/callback', publicUrl).href],
              backchannel_logout_uri: new URL('/session/backchannel-logout', publicUrl).href,
              backchannel_logout_session_required: name === 'staff',
            },
          ],
          users: { worker: FAMILY_TEAM, other: FAMILY_TEAM },
        }),
      );
    sessions = new Sessions({
      logins: [...providers].map(([name, { issuer }]) => ({
        name,
        issuer,
        label: { en: name, fi: name, sv: name },
        clientId: 'polku',
        clientSecret: SECRET,
        scopes: ['openid'],
      })),
      publicUrl,
      secrets,
      idleSeconds: 600,
      totalSeconds: 3_600,
      revoked: await RevokedSessions.open(join(folder, 'revoked.json'), 3_600),
    });
  }, 60_000);

  afterAll(async () => {
    for (const provider of providers.values()) await provider.stop();
    relay?.closeAllConnections();
    relay?.close();
    await rm(folder, { recursive: true });
  });

  const header = (lines: readonly string[]) =>
    lines
      .map((line) => line.split(';')[0]!)
      .filter((pair) => !pair.endsWith('='))
      .join('; ');

  async function begin(login = 'staff', user = 'worker'): Promise<Begun> {
    const browser = new HttpBrowser();
    const { location, cookies } = await sessions.begin(login, '/');
    const { url } = await browser.logIn(location, user);
    return { browser, location, cookie: header(cookies), answer: url.searchParams };
  }
  const complete = ({ cookie, answer }: Pick<Begun, 'cookie' | 'answer'>) =>
    sessions.complete(`?${answer}`, cookie);
  const changed = (answer: URLSearchParams, change: Readonly<Record<string, string | null>>) => {
    const copy = new URLSearchParams(answer);
    for (const [name, value] of Object.entries(change))
      if (value === null) copy.delete(name);
      else copy.set(name, value);
    return copy;
  };
  const failed = { code: 'LOGIN_FAILED' };

  it('ends with a session', async () => {
    const { cookies } = await complete(await begin());
    expect((await sessions.read(header(cookies))).session).toMatchObject({ login: 'staff' });
  });

  it('7636 §4: sends the SHA-256 of a long random verifier, never the verifier', async () => {
    const { location, cookie } = await begin();
    const attempt = await new SealedCookie<LoginAttempt>('__Host-polku-login', 'Lax', secrets).read(cookie);
    const { codeVerifier } = attempt!;
    expect(codeVerifier).toMatch(/^[\w.~-]{43,128}$/);
    expect(location.searchParams.get('code_challenge_method')).toBe('S256');
    expect(location.searchParams.get('code_challenge')).toBe(
      createHash('sha256').update(codeVerifier).digest('base64url'),
    );
    expect(location.href).not.toContain(codeVerifier);
    expect(location.searchParams.get('response_type')).toBe('code');
  });

  it.each<[string, string, (mine: Begun, other: Begun, partner: Begun) => Pick<Begun, 'cookie' | 'answer'>]>([
    [
      '9207 §2.4',
      'the issuer of another login',
      ({ cookie, answer }) => {
        return { cookie, answer: changed(answer, { iss: providers.get('partners')!.issuer }) };
      },
    ],
    [
      '9207 §2.4',
      'no issuer, though the provider names itself',
      ({ cookie, answer }) => {
        return { cookie, answer: changed(answer, { iss: null }) };
      },
    ],
    [
      '9207 §4',
      'the whole answer of another provider (mix-up)',
      ({ cookie }, _, { answer }) => ({ cookie, answer }),
    ],
    [
      '9207 §4',
      'the code of another provider (mix-up)',
      ({ cookie, answer }, _, partner) => {
        return { cookie, answer: changed(answer, { code: partner.answer.get('code') }) };
      },
    ],
    [
      '7636 §7.1',
      'the code of another browser',
      ({ cookie, answer }, other) => {
        return { cookie, answer: changed(answer, { code: other.answer.get('code') }) };
      },
    ],
    ['6749 §10.12', 'the whole answer of another browser', ({ cookie }, { answer }) => ({ cookie, answer })],
    [
      '6749 §10.12',
      'another state',
      ({ cookie, answer }) => ({ cookie, answer: changed(answer, { state: 'x' }) }),
    ],
    [
      '6749 §10.12',
      'no state',
      ({ cookie, answer }) => ({ cookie, answer: changed(answer, { state: null }) }),
    ],
    ['6749 §10.12', 'no cookie', ({ answer }) => ({ cookie: '', answer })],
    [
      '6749 §3.1',
      'a parameter twice',
      ({ cookie, answer }) => {
        return { cookie, answer: new URLSearchParams(`${answer}&code=${answer.get('code')}`) };
      },
    ],
    ['6749 §4.1.2', 'no code', ({ cookie, answer }) => ({ cookie, answer: changed(answer, { code: null }) })],
  ])('%s: fails with %s', async (_point, _what, attack) => {
    const [mine, other, partner] = [await begin(), await begin('staff', 'other'), await begin('partners')];
    await expect(complete(attack(mine, other, partner))).rejects.toMatchObject(failed);
  });

  it('6749 §4.1.2: ends once; a code that is used again fails', async () => {
    const begun = await begin();
    await complete(begun);
    await expect(complete(begun)).rejects.toMatchObject(failed);
  });

  it('names the error of the provider in one word, and repeats no other text', async () => {
    const { cookie, answer } = await begin();
    const { iss, state } = Object.fromEntries(answer) as { iss: string; state: string };
    const refusal = (error: string) =>
      complete({ cookie, answer: new URLSearchParams({ iss, state, error, error_description: 'Aino' }) });
    await expect(refusal('access_denied')).rejects.toMatchObject({ details: { reason: 'access_denied' } });
    const fault = (await refusal('131052-9982').catch((error: unknown) => error)) as Error;
    expect(fault).toMatchObject(failed);
    expect(JSON.stringify(fault) + fault.message + String(fault.cause)).not.toMatch(/131052|Aino/);
  });

  it.each(['staff', 'partners'])('ends with a logout at the provider of %s, once', async (login) => {
    const [mine, other] = [await begin(login), await begin(login, 'other')];
    const [session, kept] = [header((await complete(mine)).cookies), header((await complete(other)).cookies)];
    logouts.length = 0;
    await mine.browser.confirmLogout(`${providers.get(login)!.issuer}/session/end?client_id=polku`);
    expect(logouts).toHaveLength(1);
    expect(decodeJwt(logouts[0]!)).toHaveProperty(login === 'staff' ? 'sid' : 'sub');
    expect((await sessions.read(session)).session).toBeDefined();
    await sessions.revoke(logouts[0]!);
    expect((await sessions.read(session)).session).toBeUndefined();
    expect((await sessions.read(kept)).session).toBeDefined();
    await expect(sessions.revoke(logouts[0]!)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
