/**
 * @property gateway/token-conformance The points of RFC 8725 (best practice for JWT) and RFC 9068 (access
 * tokens) hold for callers' tokens.
 * @enforcedBy schema/tokens/callerToken.ts, gateway/identity/trustedIssuer.ts
 */
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompactEncrypt, importJWK, type JWK } from 'jose';
import { trustedIssuer } from '../../../gateway/identity/trustedIssuer.js';
import { type TrustedIssuer, verifyCallerToken } from '../../../schema/tokens/callerToken.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });

const jwkOf = (key: KeyObject, kid: string): JWK => ({ ...(key.export({ format: 'jwk' }) as JWK), kid });
const published = [
  jwkOf(rsa.publicKey, 'rsa'),
  jwkOf(weak.publicKey, 'weak'),
  jwkOf(ec.publicKey, 'ec'),
  jwkOf(ec384.publicKey, 'ec384'),
  // A provider must not publish a shared secret; if it does, it counts for nothing.
  { kty: 'oct', kid: 'shared', k: Buffer.from('a shared secret of 32 characters').toString('base64url') },
];

type Header = Readonly<Record<string, unknown>>;
type Signer = (text: string) => Buffer;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const bySha =
  (hash: string, key: KeyObject, padding?: number): Signer =>
  (text) =>
    sign(hash, Buffer.from(text), {
      key,
      dsaEncoding: 'ieee-p1363',
      ...(padding !== undefined && { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
    });
const rs256 = bySha('sha256', rsa.privateKey);
const hs256 =
  (secret: string | Buffer): Signer =>
  (text) =>
    createHmac('sha256', secret).update(text).digest();

describe('an access token', () => {
  let server: Server;
  let origin: string;
  let asked: string[];
  let trusted: readonly TrustedIssuer[];
  beforeAll(async () => {
    asked = [];
    server = createServer(({ url }, response) => {
      asked.push(url!);
      const keys = url === '/keys' ? published : [jwkOf(attacker.publicKey, 'rsa')];
      response.end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    trusted = [trustedIssuer({ issuer: origin, audience: 'polku', keys: new URL(`${origin}/keys`) })];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const now = Math.floor(Date.now() / 1000);
  const claimsOf = (change: object = {}) => ({
    iss: origin,
    aud: 'polku',
    sub: 'someone',
    client_id: 'app',
    jti: 'j',
    iat: now,
    exp: now + 600,
    recipient: 'city',
    roles: ['clinician'],
    purposes: ['care'],
    ...change,
  });
  function made(header: Header = {}, change: object = {}, signer: Signer = rs256): string {
    const text = `${encode({ alg: 'RS256', kid: 'rsa', typ: 'at+jwt', ...header })}.${encode(claimsOf(change))}`;
    return `${text}.${signer(text).toString('base64url')}`;
  }
  const verify = (token: string) => verifyCallerToken(token, trusted);

  it.each<[string, () => string]>([
    ['RS256', () => made()],
    [
      'PS256',
      () => made({ alg: 'PS256' }, {}, bySha('sha256', rsa.privateKey, constants.RSA_PKCS1_PSS_PADDING)),
    ],
    ['ES256', () => made({ alg: 'ES256', kid: 'ec' }, {}, bySha('sha256', ec.privateKey))],
    ['ES384', () => made({ alg: 'ES384', kid: 'ec384' }, {}, bySha('sha384', ec384.privateKey))],
    ['a list of audiences', () => made({}, { aud: ['other', 'polku'] })],
  ])('is accepted with %s', async (_, token) => {
    await expect(verify(token())).resolves.toMatchObject({ subject: 'someone', roles: ['clinician'] });
  });

  const none: Signer = () => Buffer.alloc(0);
  it.each<[string, string, () => string]>([
    // RFC 8725 §2.1, §3.1: the algorithm is not the token's choice.
    ['8725 §3.1', 'alg none', () => made({ alg: 'none' }, {}, none)],
    ['8725 §3.1', 'alg nOnE', () => made({ alg: 'nOnE' }, {}, none)],
    ['8725 §3.1', 'no alg', () => made({ alg: undefined })],
    ['8725 §3.1', 'alg as a list', () => made({ alg: ['RS256'] })],
    ['8725 §3.1', 'no signature', () => made({}, {}, none)],
    [
      '8725 §3.1',
      'an algorithm that is not listed',
      () => made({ alg: 'RS512' }, {}, bySha('sha512', rsa.privateKey)),
    ],
    [
      '8725 §2.1',
      'HS256 with the public key (PEM)',
      () => made({ alg: 'HS256' }, {}, hs256(rsa.publicKey.export({ type: 'spki', format: 'pem' }))),
    ],
    [
      '8725 §2.1',
      'HS256 with the public key (DER)',
      () => made({ alg: 'HS256' }, {}, hs256(rsa.publicKey.export({ type: 'spki', format: 'der' }))),
    ],
    [
      '8725 §2.1',
      'HS256 with the modulus',
      () => made({ alg: 'HS256' }, {}, hs256(Buffer.from(jwkOf(rsa.publicKey, 'rsa').n!, 'base64url'))),
    ],
    [
      '8725 §2.1',
      'HS256 with a published secret',
      () => made({ alg: 'HS256', kid: 'shared' }, {}, hs256('a shared secret of 32 characters')),
    ],
    [
      '8725 §2.1',
      'the algorithm of another key',
      () => made({ alg: 'ES256', kid: 'rsa' }, {}, bySha('sha256', ec.privateKey)),
    ],
    [
      '8725 §3.4',
      'an ECDSA signature of zeros',
      () => made({ alg: 'ES256', kid: 'ec' }, {}, () => Buffer.alloc(64)),
    ],
    [
      '8725 §3.4',
      'an ECDSA key of another curve',
      () => made({ alg: 'ES256', kid: 'ec384' }, {}, bySha('sha256', ec384.privateKey)),
    ],
    [
      '8725 §3.3',
      'a changed payload',
      () => {
        const [header, , signature] = made().split('.');
        return [header, encode(claimsOf({ roles: ['data-owner'] })), signature].join('.');
      },
    ],
    ['7515 §4.1.11', 'an unknown critical header', () => made({ crit: ['polku'], polku: true })],
    ['7515 §4.1.11', 'an empty crit', () => made({ crit: [] })],
    ['7797 §3', 'an unencoded payload', () => made({ crit: ['b64'], b64: false })],
    // RFC 8725 §3.8, §3.9: issuer, subject, audience.
    ['8725 §3.8', 'another issuer', () => made({}, { iss: 'https://elsewhere.example' })],
    ['8725 §3.8', 'a list of issuers', () => made({}, { iss: [origin] })],
    ['8725 §3.8', 'no subject', () => made({}, { sub: undefined })],
    ['8725 §3.9', 'no audience', () => made({}, { aud: undefined })],
    ['8725 §3.9', 'other audiences', () => made({}, { aud: ['other', 'polku2'] })],
    ['8725 §3.9', 'an audience in an object', () => made({}, { aud: { polku: true } })],
    ['8725 §3.9', 'audiences in one text', () => made({}, { aud: 'other polku' })],
    // RFC 8725 §3.10: what the header says about keys is not believed.
    [
      '8725 §3.10',
      'a key in its header',
      () => made({ jwk: jwkOf(attacker.publicKey, 'rsa') }, {}, bySha('sha256', attacker.privateKey)),
    ],
    [
      '8725 §3.10',
      'an address of keys in its header',
      () => made({ jku: `${origin}/attacker` }, {}, bySha('sha256', attacker.privateKey)),
    ],
    [
      '8725 §3.10',
      'an address of a certificate in its header',
      () => made({ x5u: `${origin}/attacker` }, {}, bySha('sha256', attacker.privateKey)),
    ],
    [
      '8725 §3.10',
      'a certificate in its header',
      () =>
        made(
          { x5c: [attacker.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] },
          {},
          bySha('sha256', attacker.privateKey),
        ),
    ],
    ['8725 §3.10', 'a path as its key id', () => made({ kid: '../../../dev/null' }, {}, hs256(''))],
    // RFC 8725 §3.11, §3.12 and RFC 9068 §2.1, §4: other kinds of tokens.
    ['9068 §4', 'typ of a logout token', () => made({ typ: 'logout+jwt' })],
    ['9068 §4', 'typ of a client assertion', () => made({ typ: 'client-authentication+jwt' })],
    ['8725 §3.12', 'an ID token', () => made({ typ: 'JWT' }, { nonce: 'n' })],
    [
      '8725 §3.12',
      'an ID token with the hash of an access token',
      () => made({ typ: 'JWT' }, { at_hash: 'h' }),
    ],
    ['8725 §3.12', 'an ID token of Keycloak', () => made({ typ: 'JWT' }, { typ: 'ID' })],
    ['8725 §3.12', 'a security event', () => made({ typ: undefined }, { events: {} })],
    ['9068 §2.2', 'no expiry', () => made({}, { exp: undefined })],
    ['9068 §2.2', 'an expiry that is past', () => made({}, { iat: now - 900, exp: now - 100 })],
    ['9068 §2.2', 'a beginning that is not yet', () => made({}, { nbf: now + 100 })],
    ['7519 §7.2', 'two parts', () => made().split('.').slice(0, 2).join('.')],
    ['7519 §7.2', 'four parts', () => `${made()}.x`],
    [
      '7519 §7.2',
      'a payload that is no object',
      () => {
        const text = `${encode({ alg: 'RS256', kid: 'rsa' })}.${encode(['polku'])}`;
        return `${text}.${rs256(text).toString('base64url')}`;
      },
    ],
    [
      '7519 §7.2',
      'JSON instead of the compact form',
      () => {
        const [header, payload, signature] = made().split('.');
        return JSON.stringify({ protected: header, payload, signature });
      },
    ],
  ])('%s: is refused with %s', async (_point, _what, token) => {
    await expect(verify(token())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(asked.filter((path) => path !== '/keys')).toEqual([]);
  });

  it('8725 §3.2: is not verified with an RSA key of 1024 bits, which is a fault of its issuer', async () => {
    const token = made({ kid: 'weak' }, {}, bySha('sha256', weak.privateKey));
    await expect(verify(token)).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
  });

  it('9068 §4: is refused when it is encrypted', async () => {
    const key = await importJWK({ ...jwkOf(rsa.publicKey, 'rsa'), alg: 'RSA-OAEP-256' });
    const token = await new CompactEncrypt(Buffer.from(made()))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(key);
    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
