/**
 * @property gateway/token-checks
 * @property gateway/token-claims A claim of an unexpected kind refuses the token. So do an ID token, an
 * identity code in a claim, and a lifetime over a day.
 * @enforcedBy schema/tokens/callerToken.ts
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLocalJWKSet, exportJWK, type JWTVerifyGetKey, SignJWT } from 'jose';
import { trustedIssuer } from '../../../gateway/identity/trustedIssuer.js';
import { type TrustedIssuer, verifyCallerToken } from '../../../schema/tokens/callerToken.js';
import { freePort } from '../../city/freePort.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const claims = { recipient: 'health-services', roles: ['clinician'], purposes: ['care'], units: [] };

describe("a caller's token", () => {
  let token: string;
  let server: Server | undefined;

  beforeAll(async () => {
    token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
      .setIssuer('idp')
      .setAudience('polku')
      .setSubject('someone')
      .setExpirationTime('1h')
      .sign(privateKey);
  });

  afterEach(() => {
    server?.close();
  });

  const trusted = (url: string) => [trustedIssuer({ issuer: 'idp', audience: 'polku', keys: new URL(url) })];

  async function serveKeys(status: number, body: string): Promise<string> {
    server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  }

  it('names the caller, who may belong to no unit', async () => {
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] });
    const caller = await verifyCallerToken(token, trusted(await serveKeys(200, keys)));
    expect(caller).toMatchObject({
      subject: 'someone',
      roles: ['clinician'],
      units: [],
      employee: undefined,
    });
  });

  it('of an unknown key is refused', async () => {
    const url = await serveKeys(200, JSON.stringify({ keys: [] }));
    await expect(verifyCallerToken(token, trusted(url))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['fail', 500, '{}'],
    ['are not JSON', 200, '<html>'],
    ['are not keys', 200, '{"keys": 1}'],
  ])('cannot be verified when the keys %s', async (_what, status, body) => {
    const url = await serveKeys(status, body);
    await expect(verifyCallerToken(token, trusted(url))).rejects.toMatchObject({
      code: 'ISSUER_UNAVAILABLE',
    });
  });

  it('cannot be verified when the key server does not answer', async () => {
    const url = `http://127.0.0.1:${await freePort()}/jwks`;
    await expect(verifyCallerToken(token, trusted(url))).rejects.toMatchObject({
      code: 'ISSUER_UNAVAILABLE',
    });
  });

  describe('that was accepted before', () => {
    const issuer = (keys: JWTVerifyGetKey) => [{ issuer: 'idp', audience: 'polku', keys }];
    const keysOf = async (...keys: readonly KeyObject[]) =>
      createLocalJWKSet({
        keys: await Promise.all(keys.map(async (key) => ({ ...(await exportJWK(key)), kid: 'k' }))),
      });
    const refusal = { code: 'UNAUTHENTICATED' };

    afterEach(() => {
      jest.restoreAllMocks();
      jest.useRealTimers();
    });

    it('is accepted again without a check of its signature', async () => {
      const trusted = issuer(await keysOf(publicKey));
      const caller = await verifyCallerToken(token, trusted);
      const verify = jest.spyOn(crypto.subtle, 'verify');
      expect(await verifyCallerToken(token, trusted)).toEqual(caller);
      expect(verify).not.toHaveBeenCalled();
      await expect(verifyCallerToken(`${token.slice(0, -4)}AAAA`, trusted)).rejects.toMatchObject(refusal);
      expect(verify).toHaveBeenCalledTimes(1);
    });

    it('is refused when it has expired', async () => {
      const trusted = issuer(await keysOf(publicKey));
      await verifyCallerToken(token, trusted);
      jest.useFakeTimers({
        // Clocks may differ by half a minute.
        now: Date.now() + 3_631_000,
        doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'],
      });
      await expect(verifyCallerToken(token, trusted)).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining('expired'),
      });
    });

    it('is refused when its key was removed or replaced', async () => {
      let keys = await keysOf(publicKey);
      const trusted = issuer((header, jws) => keys(header, jws));
      await verifyCallerToken(token, trusted);
      keys = await keysOf();
      await expect(verifyCallerToken(token, trusted)).rejects.toMatchObject(refusal);
      keys = await keysOf(generateKeyPairSync('ed25519').publicKey);
      await expect(verifyCallerToken(token, trusted)).rejects.toMatchObject(refusal);
      keys = await keysOf(publicKey);
      await expect(verifyCallerToken(token, trusted)).resolves.toMatchObject({ subject: 'someone' });
    });

    it('is refused when another issuer is trusted', async () => {
      const trusted = issuer(await keysOf(publicKey));
      await verifyCallerToken(token, trusted);
      for (const other of [{ issuer: 'another' }, { audience: 'another' }])
        await expect(verifyCallerToken(token, [{ ...trusted[0]!, ...other }])).rejects.toMatchObject(refusal);
    });

    it.each([
      ['kid', (one: string) => ({ alg: 'EdDSA', kid: one })],
      ['nothing', () => ({ alg: 'none', kid: 'k' })],
    ])('does not validate a token with the same claims and another %s in its header', async (_what, head) => {
      const trusted = issuer(await keysOf(publicKey));
      await verifyCallerToken(token, trusted);
      const [, payload, signature] = token.split('.');
      const forged = Buffer.from(JSON.stringify(head('another'))).toString('base64url');
      await expect(verifyCallerToken([forged, payload, signature].join('.'), trusted)).rejects.toMatchObject(
        refusal,
      );
    });
  });
});

describe('a token of a trusted issuer', () => {
  let trusted: TrustedIssuer;
  beforeAll(async () => {
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] });
    trusted = { issuer: 'idp', audience: 'polku', keys };
  });

  const now = Math.floor(Date.now() / 1000);
  const accessToken = { iss: 'idp', aud: 'polku', sub: 'someone', iat: now, exp: now + 600, ...claims };

  /** Signs a payload that no library would make. */
  function signed(changed: object, header: object = {}): string {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ alg: 'EdDSA', kid: 'k', ...header })}.${encode({ ...accessToken, ...changed })}`;
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  }
  const verify = (changed: object, header?: object, expected: Partial<TrustedIssuer> = {}) =>
    verifyCallerToken(signed(changed, header), [{ ...trusted, ...expected }]);
  const refusedFor = (reason: string) => ({ code: 'UNAUTHENTICATED', details: { reason } });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty text', ''],
    ['blanks', '   '],
    ['a text with blanks around it', ' someone'],
    ['an object', { id: 'someone' }],
    ['a list', ['someone']],
    ['a number', 7],
    ['true', true],
    ['null', null],
    ['a line break', 'some\none'],
    ['a NUL', 'some\0one'],
    ['an escape sequence', '\u001b[2Jsomeone'],
    ['an invisible character', 'some\u200bone'],
    ['a text that runs backwards', '\u202eeno'],
    ['half a character', 'some\ud800one'],
    ['201 characters', 'x'.repeat(201)],
  ])('G13: is refused when its sub is %s', async (_, sub) => {
    await expect(verify({ sub })).rejects.toMatchObject(refusedFor('claim-sub'));
  });

  it.each<[string, unknown]>([
    ['recipient', {}],
    ['recipient', ''],
    ['roles', 'clinician'],
    ['roles', []],
    ['roles', [['clinician']]],
    ['roles', ['']],
    ['roles', { 0: 'clinician', length: 1 }],
    ['roles', Array(201).fill('clinician')],
    ['purposes', ['care', 7]],
    ['purposes', ['ca\u0000re']],
    ['units', 'PT-1'],
    ['units', [null]],
    ['employee', 7],
    ['permit', null],
    ['person', {}],
  ])('G13: is refused when its %s is %j', async (claim, value) => {
    await expect(verify({ [claim]: value })).rejects.toMatchObject(refusedFor(`claim-${claim}`));
  });

  it.each(['sub', 'recipient', 'permit'])(
    'G13, G21: is refused with an identity code as its %s',
    async (claim) => {
      for (const code of ['131052-9982', '131052\u20139982'])
        await expect(verify({ [claim]: code })).rejects.toMatchObject(refusedFor('identity-code'));
    },
  );

  it('G13: may live for a day, and no longer', async () => {
    await expect(verify({ exp: now + 86_400 })).resolves.toMatchObject({ subject: 'someone' });
    for (const times of [
      { exp: 1e308 },
      { exp: now + 86_401 },
      { exp: now + 86_500, iat: undefined },
      { iat: 0 },
      { iat: -1e308 },
    ])
      await expect(verify(times)).rejects.toMatchObject(refusedFor('lifetime'));
    await expect(verify({ exp: now + 700 }, {}, { maxLifetimeSeconds: 600 })).rejects.toMatchObject(
      refusedFor('lifetime'),
    );
  });

  it('G13: is refused with times that are no numbers, and with a time of issue in the future', async () => {
    for (const times of [{ exp: String(now + 600) }, { exp: null }, { iat: 'now' }, { nbf: {} }])
      await expect(verify(times)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verify({ iat: now + 90 })).rejects.toMatchObject(refusedFor('claim-iat'));
    await expect(verify({ iat: now + 10 })).resolves.toMatchObject({ subject: 'someone' });
  });

  it.each([
    ['a nonce', { nonce: 'n' }],
    ['the hash of an access token', { at_hash: 'h' }],
    ['the hash of a code', { c_hash: 'h' }],
    ['events', { events: {} }],
    ['the use "id"', { token_use: 'id' }],
    ['the type "ID"', { typ: 'ID' }],
    ['the type "Refresh"', { typ: 'Refresh' }],
  ])('G13: is refused when it is no access token: %s', async (_, claim) => {
    await expect(verify(claim)).rejects.toMatchObject(refusedFor('token-use'));
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/AT+JWT', undefined])(
    'is accepted as an access token with typ %s',
    async (typ) => {
      await expect(verify({ typ: 'Bearer', token_use: 'access' }, { typ })).resolves.toMatchObject({
        subject: 'someone',
      });
    },
  );

  it.each(['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'polku-context+jwt', '', 7])(
    'G13: is refused with typ %j',
    async (typ) => {
      await expect(verify({}, { typ })).rejects.toMatchObject(refusedFor('token-type'));
    },
  );

  it('G13: must have the typ and token_use that are configured', async () => {
    const expected = { tokenType: 'at+jwt', tokenUse: 'access' };
    await expect(verify({ token_use: 'access' }, { typ: 'at+jwt' }, expected)).resolves.toMatchObject({
      subject: 'someone',
    });
    for (const typ of ['JWT', undefined])
      await expect(verify({ token_use: 'access' }, { typ }, expected)).rejects.toMatchObject(
        refusedFor('token-type'),
      );
    for (const use of ['id', undefined])
      await expect(verify({ token_use: use }, { typ: 'at+jwt' }, expected)).rejects.toMatchObject(
        refusedFor('token-use'),
      );
  });
});
