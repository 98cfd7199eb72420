import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { startProvider, type TestProvider } from './startProvider.js';

const CLIENT = { client_id: 'records-app', client_secret: 'a-secret-for-tests' };

let provider: TestProvider;
beforeAll(async () => {
  const claims = { realm_access: { roles: ['clinician'] }, groups: ['Polku-clinicians'] };
  provider = await startProvider({ clients: [{ ...CLIENT, claims }] });
});
afterAll(() => provider.stop());

const verified = async (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${provider.issuer}/jwks`)), { audience: 'polku' });

it("signs access tokens with RS256 and claims of Keycloak's shape", async () => {
  const { payload, protectedHeader } = await verified(await provider.clientCredentialsToken('records-app'));
  expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
  expect(payload).toMatchObject({
    iss: provider.issuer,
    client_id: 'records-app',
    realm_access: { roles: ['clinician'] },
    groups: ['Polku-clinicians'],
  });
});

it('keeps its key over an outage, and has another after a rotation', async () => {
  const before = await provider.clientCredentialsToken('records-app');
  await provider.stop();
  await expect(provider.clientCredentialsToken('records-app')).rejects.toThrow();
  await provider.start();
  await expect(verified(before)).resolves.toBeDefined();
  await provider.rotateKey();
  await expect(verified(before)).rejects.toThrow();
  const after = await provider.clientCredentialsToken('records-app');
  expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
});
