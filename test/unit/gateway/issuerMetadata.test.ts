/**
 * @property gateway/issuer-metadata Keys come from the address that the issuer's own metadata names, over
 * https or on this machine. Metadata of another issuer is refused.
 * @enforcedBy gateway/identity/issuerMetadata.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, type FlattenedJWSInput, type JWK } from 'jose';
import { discoverKeys } from '../../../gateway/identity/issuerMetadata.js';
import { IssuerKeys } from '../../../gateway/identity/trustedIssuer.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const METADATA = '/city/.well-known/openid-configuration';

describe('the metadata of an issuer', () => {
  let server: Server;
  let issuer: string;
  let origin: string;
  /** The answers by path; a path that is not here fails. */
  let answers: Record<string, unknown>;
  let asked: string[];
  let key: JWK;
  let clock: number;

  beforeEach(async () => {
    [asked, clock] = [[], 0];
    server = createServer(({ url }, response) => {
      asked.push(url!);
      const answer = answers[url!];
      if (answer === undefined) response.writeHead(503).end();
      else if (typeof answer === 'string' && answer.startsWith('/'))
        response.writeHead(302, { location: answer }).end();
      else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    issuer = `${origin}/city`;
    key = { ...(await exportJWK(generateKeyPairSync('ed25519').publicKey)), kid: 'k', alg: 'EdDSA' };
    answers = { [METADATA]: { issuer, jwks_uri: `${origin}/keys` }, '/keys': { keys: [key] } };
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const keysOf = (outageHours?: number) => new IssuerKeys(issuer, { outageHours, now: () => clock });
  const find = (keys: IssuerKeys) => keys.find({ alg: 'EdDSA', kid: 'k' }, {} as FlattenedJWSInput);

  it('names the address of its keys, and is asked again after an hour only', async () => {
    const keys = keysOf();
    // After six minutes without a request, a request waits for the keys.
    for (clock = 0; clock <= HOUR; clock += 360 * SECOND) await find(keys);
    const metadata = asked.filter((path) => path === METADATA).length;
    expect(metadata).toBe(1);
    expect(asked.length - metadata).toBe(11);
    clock += HOUR;
    await find(keys);
    expect(asked.filter((path) => path === METADATA)).toHaveLength(2);
  });

  it('is asked under the issuer without its last slash', async () => {
    answers[METADATA] = { issuer: `${issuer}/`, jwks_uri: `${origin}/keys` };
    expect((await discoverKeys(`${issuer}/`)).href).toBe(`${origin}/keys`);
  });

  it.each<[string, (origin: string) => unknown]>([
    ['is of another issuer', (at) => ({ issuer: `${at}/other`, jwks_uri: `${at}/keys` })],
    ['differs in one slash', (at) => ({ issuer: `${at}/city/`, jwks_uri: `${at}/keys` })],
    ['names no issuer', (at) => ({ jwks_uri: `${at}/keys` })],
    ['names no keys', (at) => ({ issuer: `${at}/city` })],
    [
      'names keys that travel in clear',
      (at) => ({ issuer: `${at}/city`, jwks_uri: 'http://id.example/keys' }),
    ],
    ['names a file', (at) => ({ issuer: `${at}/city`, jwks_uri: 'file:///etc/passwd' })],
    ['names no address', (at) => ({ issuer: `${at}/city`, jwks_uri: { url: `${at}/keys` } })],
    ['leads elsewhere', () => '/moved'],
    ['is no JSON', () => '<html>'],
    ['is null', () => 'null'],
  ])('is refused when it %s', async (_, answer) => {
    answers[METADATA] = answer(origin);
    answers['/moved'] = { issuer, jwks_uri: `${origin}/keys` };
    await expect(find(keysOf())).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
    expect(asked).not.toContain('/keys');
  });

  it('may come late, after an outage at the start', async () => {
    const [metadata, keys] = [answers[METADATA], keysOf()];
    delete answers[METADATA];
    await expect(find(keys)).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
    answers[METADATA] = metadata;
    clock += 6 * SECOND;
    await expect(find(keys)).resolves.toBeDefined();
  });

  it('is followed at once when the keys have moved', async () => {
    const keys = keysOf();
    await find(keys);
    delete answers['/keys'];
    clock += HOUR / 2;
    await expect(find(keys)).resolves.toBeDefined();
    answers[METADATA] = { issuer, jwks_uri: `${origin}/new-keys` };
    const moved = {
      ...(await exportJWK(generateKeyPairSync('ed25519').publicKey)),
      kid: 'new',
      alg: 'EdDSA',
    };
    answers['/new-keys'] = { keys: [moved] };
    clock += 6 * SECOND;
    await expect(keys.find({ alg: 'EdDSA', kid: 'new' }, {} as FlattenedJWSInput)).resolves.toBeDefined();
  });

  it('may be away as long as the configuration says, and no longer', async () => {
    const keys = keysOf(2);
    await find(keys);
    answers = {};
    for (; clock <= 2 * HOUR; clock += 60 * SECOND) await expect(find(keys)).resolves.toBeDefined();
    await expect(find(keys)).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' });
  });
});
