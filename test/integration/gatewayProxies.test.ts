/**
 * @property gateway/proxies
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startGateway, type Testbed } from './gatewayTestbed.js';

let testbed: Testbed;
beforeAll(async () => {
  testbed = await startGateway({ proxies: ['127.0.0.1'] });
});
afterAll(() => testbed.close());

it.each(['/graphql', '/health', '/livez', '/readyz', '/session', '/'])(
  'a gateway behind proxies answers %s over HTTPS only, and writes an event for every refusal',
  async (path) => {
    testbed.events.length = 0;
    const url = new URL(path, testbed.url);
    const throughProxy = await fetch(url, { headers: { 'x-forwarded-proto': 'https' } });
    expect(throughProxy.status).not.toBe(403);
    testbed.events.length = 0;
    const plain = await fetch(url, { headers: { 'x-forwarded-proto': 'http' } });
    expect(plain.status).toBe(403);
    expect(await plain.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FROM_PROXY' } }] });
    expect(testbed.events.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ event: 'refused', status: 403, code: 'NOT_FROM_PROXY', reason: 'not-https' }),
    ]);
  },
);
