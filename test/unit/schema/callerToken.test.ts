import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, exportJWK, SignJWT } from 'jose';
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
});
