/**
 * @property gateway/several-issuers A token belongs to the issuer that it names. The keys, audience and
 * algorithms of one issuer never verify a token of another.
 * @enforcedBy schema/tokens/callerToken.ts
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, exportJWK, SignJWT } from 'jose';
import { type TrustedIssuer, verifyCallerToken } from '../../../schema/tokens/callerToken.js';

const claims = { recipient: 'city', roles: ['clinician'], purposes: ['care'] };
const now = () => Math.floor(Date.now() / 1000);

interface Signer {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: 'EdDSA' | 'ES256';
}
const city: Signer = { issuer: 'https://city.example', audience: 'polku', algorithm: 'EdDSA' };
const county: Signer = { issuer: 'https://county.example', audience: 'polku-county', algorithm: 'ES256' };

describe('several issuers', () => {
  const keys = new Map<Signer, KeyObject>();
  let trusted: readonly TrustedIssuer[];
  beforeAll(async () => {
    trusted = await Promise.all(
      [city, county].map(async (signer) => {
        const { privateKey, publicKey } =
          signer === city
            ? generateKeyPairSync('ed25519')
            : generateKeyPairSync('ec', { namedCurve: 'P-256' });
        keys.set(signer, privateKey);
        // Both name their key alike.
        const jwks = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] });
        return {
          issuer: signer.issuer,
          audience: signer.audience,
          algorithms: [signer.algorithm],
          keys: jwks,
        };
      }),
    );
  });

  const token = (named: Signer, by = named, change: { audience?: string; expires?: number } = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: by.algorithm, kid: 'k' })
      .setIssuer(named.issuer)
      .setAudience(change.audience ?? named.audience)
      .setSubject('someone')
      .setIssuedAt(now() - 100)
      .setExpirationTime(change.expires ?? now() + 600)
      .sign(keys.get(by)!);
  const refusedFor = (reason: string) => ({ code: 'UNAUTHENTICATED', details: { reason } });

  it('are each accepted with their own keys, algorithms and audience', async () => {
    for (const signer of [city, county])
      await expect(verifyCallerToken(await token(signer), trusted)).resolves.toMatchObject(claims);
  });

  it('cannot make tokens of each other', async () => {
    const forged = [await token(city, county), await token(county, city)];
    for (const one of forged)
      await expect(verifyCallerToken(one, trusted)).rejects.toMatchObject(refusedFor('algorithm'));
    const open = trusted.map((issuer) => ({ ...issuer, algorithms: undefined }));
    for (const one of forged)
      await expect(verifyCallerToken(one, open)).rejects.toMatchObject(refusedFor('unknown-key'));
  });

  it('do not share an audience', async () => {
    const other = await token(city, city, { audience: county.audience });
    await expect(verifyCallerToken(other, trusted)).rejects.toMatchObject(refusedFor('claim-aud'));
  });

  it('are not asked about a token of an issuer that is not among them', async () => {
    const unknown = { ...city, issuer: 'https://elsewhere.example' };
    const made = await token(unknown, city);
    await expect(verifyCallerToken(made, trusted)).rejects.toMatchObject(refusedFor('claim-iss'));
    await expect(verifyCallerToken(await token(city), [])).rejects.toMatchObject(refusedFor('claim-iss'));
  });

  it.each([
    [0, 5, false],
    [30, 20, true],
    [30, 40, false],
    [60, 50, true],
  ])(
    'with a tolerance of %i s, accept a token %i s after its end: %s',
    async (tolerance, late, isAccepted) => {
      const issuers = trusted.map((issuer) => ({ ...issuer, clockToleranceSeconds: tolerance }));
      const verified = verifyCallerToken(await token(city, city, { expires: now() - late }), issuers);
      if (isAccepted) await expect(verified).resolves.toMatchObject(claims);
      else await expect(verified).rejects.toMatchObject(refusedFor('expired'));
    },
  );
});
