import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RevokedSessions } from '../../../../gateway/session/revokedSessions.js';
import { SealedCookie } from '../../../../gateway/session/sealedCookie.js';
import { type Session, Sessions } from '../../../../gateway/session/sessions.js';

const secret = Buffer.alloc(32, 1);
const session = { issuer: 'https://id.example', providerSession: 's', subject: 'worker', startedAt: 100 };

describe('sessions of the console', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-sessions-'));
    file = join(folder, 'sessions', 'revoked.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('stay ended after a restart, and later ones of the same person begin', async () => {
    const revoked = await RevokedSessions.open(file, 3_600);
    expect(revoked.has(session)).toBe(false);
    await revoked.add({ issuer: session.issuer, providerSession: undefined, subject: 'worker', at: 200 });
    const reopened = await RevokedSessions.open(file, 3_600);
    expect(reopened.has(session)).toBe(true);
    expect(reopened.has({ ...session, subject: 'another' })).toBe(false);
    expect(reopened.has({ ...session, startedAt: 201 })).toBe(false);
  });

  it('are not read when the list of ended ones is damaged', async () => {
    const damaged = join(folder, 'revoked.json');
    await writeFile(damaged, '[{');
    await expect(RevokedSessions.open(damaged, 3_600)).rejects.toMatchObject({ code: 'SESSIONS_INVALID' });
  });

  it('do not begin in a browser that has not begun the login', async () => {
    const sessions = new Sessions({
      logins: [],
      publicUrl: new URL('https://polku.example'),
      secrets: [secret],
      idleSeconds: 60,
      totalSeconds: 60,
      revoked: await RevokedSessions.open(file, 60),
    });
    await expect(sessions.complete('?code=x', undefined)).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
  });

  it('end with a logout, so that a copy of the cookie is worth nothing', async () => {
    const login = { name: 'staff', label: { en: 'a', fi: 'b', sv: 'c' }, issuer: 'http://127.0.0.1:1' };
    const sessions = new Sessions({
      logins: [{ ...login, clientId: 'console', clientSecret: 'secret', scopes: ['openid'] }],
      publicUrl: new URL('https://polku.example'),
      secrets: [secret],
      idleSeconds: 60,
      totalSeconds: 60,
      revoked: await RevokedSessions.open(file, 60),
    });
    const now = Math.floor(Date.now() / 1000);
    const times = { startedAt: now, seenAt: now, expiresAt: now + 60 };
    const content = { login: 'staff', accessToken: 'token', providerSession: 'own', ...times };
    const cookie = new SealedCookie<Session>('__Host-polku-session', 'Strict', [secret]);
    const header = (await cookie.write(content, 60)).map((line) => line.split(';')[0]).join('; ');
    expect((await sessions.read(header)).session).toMatchObject(content);
    await sessions.logout(header);
    expect((await sessions.read(header)).session).toBeUndefined();
  });

  it('are sealed in cookies that only the holder of the secret reads, an older version of it included', async () => {
    const content = { token: 'x'.repeat(9_000) };
    const lines = await new SealedCookie<typeof content>('__Host-a', 'Strict', [secret]).write(content, 60);
    const header = lines.map((line) => line.split(';')[0]).join('; ');
    const newer = Buffer.alloc(32, 2);
    const read = (secrets: Buffer[]) =>
      new SealedCookie<typeof content>('__Host-a', 'Strict', secrets).read(header);
    expect(await read([newer, secret])).toMatchObject(content);
    expect(await read([newer])).toBeUndefined();
  });
});
