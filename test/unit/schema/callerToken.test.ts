import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLocalJWKSet, createRemoteJWKSet, exportJWK, type JWTVerifyGetKey, SignJWT } from 'jose';
import { verifyCallerToken } from '../../../schema/tokens/callerToken.js';
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

  const trusted = (url: string) => ({
    issuer: 'idp',
    audience: 'polku',
    keys: createRemoteJWKSet(new URL(url)),
  });

  async function serveKeys(status: number, body: string): Promise<string> {
    server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  }

  it('tells who asks; someone may be in no unit', async () => {
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
  ])('cannot be judged where the keys %s', async (_what, status, body) => {
    const url = await serveKeys(status, body);
    await expect(verifyCallerToken(token, trusted(url))).rejects.toMatchObject({
      code: 'ISSUER_UNAVAILABLE',
    });
  });

  it('cannot be judged where nobody answers for the keys', async () => {
    const url = `http://127.0.0.1:${await freePort()}/jwks`;
    await expect(verifyCallerToken(token, trusted(url))).rejects.toMatchObject({
      code: 'ISSUER_UNAVAILABLE',
    });
  });

  describe('that was taken before', () => {
    const issuer = (keys: JWTVerifyGetKey) => ({ issuer: 'idp', audience: 'polku', keys });
    const keysOf = async (...keys: readonly KeyObject[]) =>
      createLocalJWKSet({
        keys: await Promise.all(keys.map(async (key) => ({ ...(await exportJWK(key)), kid: 'k' }))),
      });
    const refusal = { code: 'UNAUTHENTICATED' };

    afterEach(() => {
      jest.restoreAllMocks();
      jest.useRealTimers();
    });

    it('is known again without its signature being checked', async () => {
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
        now: Date.now() + 3_601_000,
        doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'],
      });
      await expect(verifyCallerToken(token, trusted)).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining('expired'),
      });
    });

    it('is refused when its key is gone, or another has come in its place', async () => {
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

    it('is refused where another issuer is trusted', async () => {
      const trusted = issuer(await keysOf(publicKey));
      await verifyCallerToken(token, trusted);
      for (const other of [{ issuer: 'another' }, { audience: 'another' }])
        await expect(verifyCallerToken(token, { ...trusted, ...other })).rejects.toMatchObject(refusal);
    });

    it.each([
      ['kid', (one: string) => ({ alg: 'EdDSA', kid: one })],
      ['nothing', () => ({ alg: 'none', kid: 'k' })],
    ])('lends nothing to one of the same claims with another %s in its head', async (_what, head) => {
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
