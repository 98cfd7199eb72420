/**
 * @property gateway/issuer-keys Known keys of an issuer serve for a day while the issuer cannot be reached. A
 * withdrawn key is refused within half a minute.
 * @enforcedBy gateway/identity/trustedIssuer.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errors, exportJWK, type FlattenedJWSInput, type JWK } from 'jose';
import { IssuerKeys } from '../../../gateway/identity/trustedIssuer.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const UNAVAILABLE = { code: 'ISSUER_UNAVAILABLE' };

async function makeKey(kid: string): Promise<JWK> {
  return { ...(await exportJWK(generateKeyPairSync('ed25519').publicKey)), kid, alg: 'EdDSA' };
}

describe('the keys of a remote issuer', () => {
  let server: Server;
  let published: JWK[];
  let isDown: boolean;
  let fetches: number;
  let clock: number;
  let faults: unknown[];
  let keys: IssuerKeys;
  beforeEach(async () => {
    [published, isDown, fetches, clock, faults] = [[await makeKey('first')], false, 0, 0, []];
    server = createServer((_, response) => {
      fetches += 1;
      if (isDown) response.writeHead(502).end('<html>');
      else response.end(JSON.stringify({ keys: published }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);
    keys = new IssuerKeys(url, { report: (fault) => faults.push(fault), now: () => clock });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const find = (kid: string) => keys.find({ alg: 'EdDSA', kid }, {} as FlattenedJWSInput);
  /** Lets a background fetch finish: a request for an unknown key waits for it. */
  const settled = () => Promise.allSettled([find('nobody')]);

  it('G15: serve for a day after the last fetch, and no longer', async () => {
    const key = await find('first');
    isDown = true;
    for (clock = 10 * SECOND; clock <= 24 * HOUR; clock += HOUR) expect(await find('first')).toBe(key);
    clock = 24 * HOUR + SECOND;
    await expect(find('first')).rejects.toMatchObject(UNAVAILABLE);
    expect(faults).toHaveLength(1);
    isDown = false;
    clock += 10 * SECOND;
    await expect(find('first')).resolves.toBeDefined();
  });

  it('G15: are loaded as soon as an issuer answers that was down at the start', async () => {
    isDown = true;
    await expect(find('first')).rejects.toMatchObject(UNAVAILABLE);
    isDown = false;
    clock += 6 * SECOND;
    await expect(find('first')).resolves.toBeDefined();
  });

  it('G15: include a new key when a token names it', async () => {
    await find('first');
    published.push(await makeKey('second'));
    clock += 6 * SECOND;
    await expect(find('second')).resolves.toBeDefined();
    expect(fetches).toBe(2);
  });

  it('G15: include a withdrawn key for at most half a minute', async () => {
    await find('first');
    published = [await makeKey('second')];
    clock += 31 * SECOND;
    await find('first');
    await settled();
    await expect(find('first')).rejects.toThrow(errors.JWKSNoMatchingKey);
  });

  it('G15: are fetched before a request is answered after a long time without requests', async () => {
    await find('first');
    published = [await makeKey('second')];
    clock += HOUR;
    await expect(find('first')).rejects.toThrow(errors.JWKSNoMatchingKey);
  });

  it('G15: are not fetched more often than every 5 seconds, whatever tokens name', async () => {
    await find('first');
    for (let second = 0; second < 60; second++) {
      clock += SECOND;
      const found = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => find(`made-up-${second}-${n}`)),
      );
      expect(found.every(({ status }) => status === 'rejected')).toBe(true);
    }
    expect(fetches).toBeLessThanOrEqual(13);
    await expect(find('first')).resolves.toBeDefined();
  });

  it('G15: do not reveal whether an unknown key exists while the issuer is down', async () => {
    await find('first');
    isDown = true;
    clock += 6 * SECOND;
    await expect(find('second')).rejects.toMatchObject(UNAVAILABLE);
    await expect(find('third')).rejects.toMatchObject(UNAVAILABLE);
    await expect(find('first')).resolves.toBeDefined();
  });

  it.each(['null', '[]', '{}', '{"keys":1}', 'x'])(
    'G15: stay when the issuer answers %s instead',
    async (text) => {
      const key = await find('first');
      server.removeAllListeners('request').on('request', (_, response) => response.end(text));
      clock += HOUR;
      expect(await find('first')).toBe(key);
      expect(faults).toHaveLength(1);
    },
  );

  it('stay the same objects while the issuer publishes the same keys', async () => {
    const key = await find('first');
    clock += HOUR;
    expect(await find('first')).toBe(key);
    expect(fetches).toBe(2);
  });
});
