/**
 * @property gateway/login-conformance
 * @enforcedBy gateway/session/sessions.ts
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { RevokedSessions } from '../../../../gateway/session/revokedSessions.js';
import { SealedCookie } from '../../../../gateway/session/sealedCookie.js';
import { type Session, Sessions } from '../../../../gateway/session/sessions.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const [older, newer] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const LOGOUT = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('a logout token', () => {
  let provider: Server;
  let issuer: string;
  let folder: string;
  let file: string;
  let id = 0;
  beforeAll(async () => {
    provider = createServer(({ url }, response) => {
      const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] };
      response.end(JSON.stringify(url === '/keys' ? keys : { issuer, jwks_uri: `${issuer}/keys` }));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    provider.closeAllConnections();
    provider.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-logouts-'));
    file = join(folder, 'revoked.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = async (secrets: readonly Buffer[]) =>
    new Sessions({
      logins: [
        {
          name: 'staff',
          label: { en: 'a', fi: 'b', sv: 'c' },
          issuer,
          clientId: 'polku',
          clientSecret: 's',
          scopes: ['openid'],
        },
      ],
      publicUrl: new URL('https://polku.example'),
      secrets,
      idleSeconds: 600,
      totalSeconds: 3_600,
      revoked: await RevokedSessions.open(file, 3_600),
    });
  const now = () => Math.floor(Date.now() / 1000);
  const token = (change: Readonly<Record<string, unknown>> = {}, key: KeyObject = privateKey) =>
    new SignJWT({
      iss: issuer,
      aud: 'polku',
      sub: '131052-9982',
      iat: now(),
      jti: `j-${++id}`,
      events: LOGOUT,
      ...change,
    })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k', typ: 'logout+jwt' })
      .sign(key);

  it.each<[string, () => Promise<string>]>([
    ['of another issuer', () => token({ iss: 'https://elsewhere.example' })],
    ['for another client', () => token({ aud: 'other' })],
    ['without the event', () => token({ events: {} })],
    ['with a nonce', () => token({ nonce: 'n' })],
    ['of ten minutes ago', () => token({ iat: now() - 600 })],
    ['without a time', () => token({ iat: undefined })],
    ['without an id', () => token({ jti: undefined })],
    ['that names nobody', () => token({ sub: undefined })],
    ['of another key', () => token({}, generateKeyPairSync('ed25519').privateKey)],
    ['that is none', () => Promise.resolve('a.b.c')],
  ])('is refused %s', async (_, made) => {
    const sessions = await open([older]);
    await expect(sessions.revoke(await made())).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('ends all sessions of a person, also those that began under an older secret', async () => {
    const cookieOf = async (secret: Buffer, subject: string | undefined) => {
      const times = { startedAt: now() - 5, seenAt: now(), expiresAt: now() + 600 };
      const content = { login: 'staff', accessToken: 't', providerSession: 'own', subject, ...times };
      const cookie = new SealedCookie<Session>('__Host-polku-session', 'Strict', [secret]);
      return (await cookie.write(content, 600)).map((line) => line.split(';')[0]).join('; ');
    };
    // The digest that a login under the older secret stored is the one that its own logout writes.
    await (await open([older])).revoke(await token());
    const [{ subject }] = JSON.parse(await readFile(file, 'utf8')) as [{ subject: string }];
    const begun = await cookieOf(older, subject);
    await rm(file);
    const sessions = await open([newer, older]);
    expect((await sessions.read(begun)).session).toBeDefined();
    await sessions.revoke(await token());
    expect((await sessions.read(begun)).session).toBeUndefined();
    expect((await sessions.read(await cookieOf(newer, 'another'))).session).toBeDefined();
    expect(await readFile(file, 'utf8')).not.toContain('131052');
  });
});
