/**
 * @property gateway/proxies Behind proxies that end TLS, the gateway answers only their addresses, and only
 * requests that reached them over HTTPS.
 * @enforcedBy lib/trustedProxies.ts, lib/httpServer.ts
 */
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { PolkuError } from '../../../lib/errors.js';
import { type HttpServer, requireTls, serveHttp } from '../../../lib/httpServer.js';
import { isAddressRange, TrustedProxies } from '../../../lib/trustedProxies.js';

const from = (remoteAddress: string | undefined, proto: string | undefined = 'https') =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-proto': proto } }) as unknown as IncomingMessage;
const reasonOf = (proxies: TrustedProxies, request: IncomingMessage) =>
  proxies.faultOf(request)?.details['reason'];

describe('trusted proxies', () => {
  const proxies = new TrustedProxies(['10.20.0.0/16', '192.0.2.7', 'fd00:1::/32', '::ffff:198.51.100.0/120']);

  it.each([
    '10.20.255.1',
    '::ffff:10.20.0.1',
    '::ffff:a14:1',
    '192.0.2.7',
    'fd00:1:2::3',
    '198.51.100.9',
    '::ffff:198.51.100.9',
  ])('are known by the address %s', (address) => {
    expect(proxies.faultOf(from(address))).toBeUndefined();
  });

  it.each([
    '10.21.0.1',
    '192.0.2.8',
    '::ffff:10.21.0.1',
    'fd00:2::1',
    '::1',
    '127.0.0.1',
    '0:0:0:0:0:fffe:a14:1',
    '',
    undefined,
  ])('do not have the address %s', (address) => {
    expect(reasonOf(proxies, from(address))).toBe('unknown-address');
  });

  it.each([undefined, 'http', 'HTTPS', 'https,http', 'https, https', ' https'])(
    'must say that a request came over HTTPS, not %j',
    (proto) => {
      const request = from('192.0.2.7', proto);
      if (proto === undefined) delete request.headers['x-forwarded-proto'];
      expect(reasonOf(proxies, request)).toBe('not-https');
    },
  );

  it.each([
    '0.0.0.0/0',
    '::/0',
    '::ffff:0.0.0.0/96',
    '::ffff:10.0.0.1/80',
    '10.0.0.0/33',
    '10.1',
    '0x7f.1',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    'ingress',
    '10.0.0.1/-1',
    '',
  ])('are no range: %j', (text) => {
    expect(isAddressRange(text)).toBe(false);
    expect(() => new TrustedProxies([text])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('a server behind proxies', () => {
  let server: HttpServer | undefined;
  const refusals: PolkuError[] = [];
  let bodies = 0;
  afterEach(async () => {
    await server?.close();
    refusals.length = bodies = 0;
  });

  const serve = async (host: string, proxies: readonly string[]): Promise<void> => {
    server = await serveHttp(
      (request, response) => {
        bodies += 1;
        request.resume().on('end', () => response.end('answer'));
      },
      { host, port: 0, proxies },
      { requestMs: 10_000, refused: (fault) => refusals.push(fault) },
    );
  };
  const ask = (headers: Record<string, string>, host = '127.0.0.1') =>
    fetch(`http://${host}:${server!.url.port}/`, { method: 'POST', body: 'body', headers });

  it('listens off loopback without a certificate of its own', () => {
    expect(() => requireTls({ host: '0.0.0.0', port: 0, proxies: ['10.0.0.1'] })).not.toThrow();
    expect(() => requireTls({ host: '0.0.0.0', port: 0 })).toThrow(/gateway\.proxies/);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::', '[::1]'],
  ])('answers its proxies for HTTPS, and refuses others before it reads (%s, %s)', async (host, client) => {
    await serve(host, ['127.0.0.0/8', '::1']);
    expect(await (await ask({ 'x-forwarded-proto': 'https' }, client)).text()).toBe('answer');
    const refused = await ask({}, client);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FROM_PROXY' } }] });
    expect(bodies).toBe(1);
    expect(refusals.map(({ details }) => details['reason'])).toEqual(['not-https']);
  });

  it('answers nobody else, whatever the headers say', async () => {
    await serve('127.0.0.1', ['10.20.0.0/16']);
    const headers = {
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '10.20.0.1',
      forwarded: 'for=10.20.0.1',
    };
    expect((await ask(headers)).status).toBe(403);
    expect(refusals.map(({ details }) => details['reason'])).toEqual(['unknown-address']);
    expect(bodies).toBe(0);
  });

  it('refuses a header that is sent twice', async () => {
    await serve('127.0.0.1', ['127.0.0.1']);
    const socket = connect(Number(server!.url.port), '127.0.0.1');
    const line = 'x-forwarded-proto: https\r\n';
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\n${line}${line}\r\n`);
    const answer = await new Promise((resolve) => socket.once('data', (data) => resolve(String(data))));
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});
