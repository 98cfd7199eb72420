/**
 * @property gateway/residents
 * @enforcedBy gateway/identity/residentIssuer.ts
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { callerPerson, loginDomain } from '../../../gateway/identity/bearerToken.js';
import { ResidentIssuer, trustedResidents } from '../../../gateway/identity/residentIssuer.js';
import { Domains } from '../../../gateway/pseudonyms.js';
import { RevokedSessions } from '../../../gateway/session/revokedSessions.js';
import { SealedCookie } from '../../../gateway/session/sealedCookie.js';
import { type Session, Sessions } from '../../../gateway/session/sessions.js';
import { verifyCallerToken } from '../../../schema/tokens/callerToken.js';
import { signDecisionContext } from '../../../schema/tokens/decisionContext.js';
import { verifyCompositionContext } from '../../../schema/tokens/gatewayContext.js';
import { contextOf, testCaller } from '../../city/testCaller.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const domains = new Domains([Buffer.alloc(32, 1)]);
const CODE = '131052-9982';
const PERSON = 17;
const issuerIn = (epoch: string) =>
  new ResidentIssuer({
    key: privateKey,
    publicKeys: [publicKey],
    audience: 'polku',
    domains,
    epoch,
    residentOf: (code) => (code === CODE ? PERSON : undefined),
  });
const residents = issuerIn('1');
const trusted = [trustedResidents([publicKey], 'polku')];
const now = () => Math.floor(Date.now() / 1000);

const signed = (
  claims: object,
  { key = privateKey, typ = 'at+jwt' }: { key?: KeyObject; typ?: string } = {},
) =>
  new SignJWT({ iss: 'polku-residents', aud: 'polku', sub: 's', iat: now(), exp: now() + 600, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ })
    .sign(key);

describe("a resident's token", () => {
  it('names a person as a data subject, and nothing else', async () => {
    const { accessToken, expiresAt } = await residents.issue(residents.admit(CODE));
    const caller = await verifyCallerToken(accessToken, trusted);
    expect(caller).toMatchObject({ recipient: 'resident', roles: ['resident'], purposes: ['data-subject'] });
    expect(callerPerson(caller, loginDomain(domains, '1'))).toBe(PERSON);
    expect(expiresAt - now()).toBeLessThanOrEqual(600);
  });

  it('of either key is accepted while the gateway rotates its key', async () => {
    const next = generateKeyPairSync('ed25519');
    const { accessToken } = await residents.issue(residents.admit(CODE));
    const both = [trustedResidents([publicKey, next.publicKey], 'polku')];
    await expect(verifyCallerToken(accessToken, both)).resolves.toMatchObject({ recipient: 'resident' });
    const after = [trustedResidents([next.publicKey], 'polku')];
    await expect(verifyCallerToken(accessToken, after)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('gives no other role, even if the gateway says so', async () => {
    const claims = {
      recipient: 'health-services',
      roles: ['clinician'],
      purposes: ['care'],
      employee: 'H-2001',
    };
    expect(await verifyCallerToken(await signed(claims), trusted)).toEqual(
      testCaller({ subject: 's', recipient: 'resident', roles: ['resident'], purposes: ['data-subject'] }),
    );
  });

  it.each<[string, () => Promise<string>, string]>([
    ['of another key', () => signed({}, { key: generateKeyPairSync('ed25519').privateKey }), 'signature'],
    ['that lives longer than ten minutes', () => signed({ exp: now() + 601 }), 'lifetime'],
    ['of another type', () => signed({}, { typ: 'JWT' }), 'token-type'],
    ['that is a context of the gateway', () => signed({}, { typ: 'polku-context+jwt' }), 'token-type'],
    ['for another service', () => signed({ aud: 'other' }), 'claim-aud'],
  ])('is refused %s', async (_, token, reason) => {
    await expect(verifyCallerToken(await token(), trusted)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      details: { reason },
    });
  });

  it('is no context of the gateway, and a context is no such token', async () => {
    const { accessToken } = await residents.issue(residents.admit(CODE));
    await expect(verifyCompositionContext(accessToken, 'polku', [publicKey])).rejects.toMatchObject({
      code: 'CONTEXT_REFUSED',
    });
    const caller = testCaller({ recipient: 'resident', roles: ['resident'], purposes: ['data-subject'] });
    const context = await signDecisionContext(contextOf(caller), {
      audience: 'polku',
      body: '',
      key: privateKey,
    });
    await expect(verifyCallerToken(context, trusted)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is refused alike for every code that linkage does not know, and its text is not repeated', () => {
    const refusal = (code: unknown) => {
      try {
        return residents.admit(code);
      } catch (error) {
        return error;
      }
    };
    const unknown = refusal('131052-308T') as Error;
    expect(unknown).toMatchObject({ code: 'LOGIN_FAILED', details: { reason: 'unknown-resident' } });
    for (const code of ['', 'x', '131052-9983']) expect(refusal(code)).toEqual(unknown);
    for (const code of [undefined, null, 1310529982, [CODE], { code: CODE }])
      expect(refusal(code)).toMatchObject({ code: 'LOGIN_FAILED', details: { reason: 'no-identity-code' } });
    expect(JSON.stringify(unknown) + unknown.message).not.toContain('131052');
  });
});

describe('the session of a resident', () => {
  const secrets = [Buffer.alloc(32, 2)];
  const cookie = new SealedCookie<Session>('__Host-polku-session', 'Strict', secrets);
  const header = (lines: readonly string[]) => lines.map((line) => line.split(';')[0]).join('; ');
  const login = { name: 'residents', label: { en: 'a', fi: 'b', sv: 'c' }, issuer: 'http://127.0.0.1:1' };

  async function read(session: Partial<Session>, issuer = residents) {
    const folder = await mkdtemp(join(tmpdir(), 'polku-residents-'));
    const sessions = new Sessions({
      logins: [
        { ...login, clientId: 'c', clientSecret: 's', scopes: ['openid'], identityCode: 'identity_code' },
      ],
      publicUrl: new URL('https://polku.example'),
      secrets,
      idleSeconds: 60,
      totalSeconds: 3_600,
      revoked: await RevokedSessions.open(join(folder, 'revoked.json'), 3_600),
      residents: issuer,
    });
    const times = { startedAt: now(), seenAt: now(), expiresAt: now() + 5 };
    const content = { login: 'residents', accessToken: 'old', providerSession: 'p', ...times, ...session };
    const answer = await sessions.read(header(await cookie.write(content, 60)));
    await rm(folder, { recursive: true });
    return answer;
  }

  it('gets a new token when the old one ends, without the provider', async () => {
    const person = residents.admit(CODE);
    const { session, cookies } = await read({ person });
    const caller = await verifyCallerToken(session!.accessToken, trusted);
    expect(callerPerson(caller, loginDomain(domains, '1'))).toBe(PERSON);
    expect(await cookie.read(header(cookies))).toMatchObject({ person, accessToken: session!.accessToken });
  });

  it('ends after its longest time, and with a new epoch', async () => {
    const person = residents.admit(CODE);
    expect((await read({ person, startedAt: now() - 3_601 })).session).toBeUndefined();
    expect((await read({ person }, issuerIn('2'))).session).toBeUndefined();
    expect((await read({ person: 'A'.repeat(22) })).session).toBeUndefined();
  });

  it('ends where its login is no longer offered', async () => {
    const { session, cookies } = await read({ person: residents.admit(CODE), login: 'former' });
    expect(session).toBeUndefined();
    expect(cookies[0]).toContain('Max-Age=0');
  });
});
