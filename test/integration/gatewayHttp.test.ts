import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AuditLog, openAuditLog } from '../../gateway/audit/auditLog.js';
import type { AuditRecord } from '../../gateway/audit/auditRecord.js';
import { serveGateway } from '../../gateway/http/serveGateway.js';
import { Readiness } from '../../lib/readiness.js';
import { until } from '../city/until.js';
import { ask, startGateway, type Testbed } from './gatewayTestbed.js';

describe('the HTTP server of a gateway', () => {
  let testbed: Testbed;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-console-'));
    const consoleFolder = join(folder, 'dist');
    await mkdir(join(consoleFolder, 'assets'), { recursive: true });
    await writeFile(join(folder, 'secret.json'), 'secret');
    await writeFile(join(consoleFolder, 'index.html'), '<!doctype html>console');
    await writeFile(join(consoleFolder, 'assets', 'a b.js'), 'script');
    await writeFile(join(consoleFolder, 'notes.txt'), 'notes');
    await symlink(join(folder, 'secret.json'), join(consoleFolder, 'linked.json'));
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', 'secret.json'), 'secret');
    await symlink(join(folder, 'elsewhere'), join(consoleFolder, 'linked'));
    await writeFile(join(consoleFolder, 'assets', 'main-ABCDEF12.js'), 'x'.repeat(4_000_000));
    await writeFile(join(consoleFolder, 'assets', 'main-ABCDEF12.js.br'), brotliCompressSync('script'));
    await writeFile(join(consoleFolder, 'assets', 'main-ABCDEF12.js.gz'), gzipSync('script'));
    await writeFile(join(consoleFolder, 'assets', 'gone.js'), 'script');
    testbed = await startGateway({ consoleFolder });
  });
  afterAll(async () => {
    await testbed.close();
    await rm(folder, { recursive: true });
  });
  const get = (path: string): Promise<Response> => fetch(new URL(path, testbed.url));

  it('reports that it is healthy', async () => {
    expect(await (await get('/livez')).json()).toEqual({ status: 'alive' });
    const checks = { process: { ok: true }, audit: { ok: true } };
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready', checks });
    expect((await get('/health')).status).toBe(404);
  });

  /** Sends a raw request, and returns the status line. */
  const send = (lines: readonly string[], body = ''): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(testbed.url.port), '127.0.0.1');
      socket.once('error', reject);
      socket.once('data', (data) => {
        resolve(data.toString().split('\r\n')[0]!);
        socket.destroy();
      });
      const length = `content-length: ${Buffer.byteLength(body)}`;
      socket.write([...lines, length, 'content-type: application/json', '', body].join('\r\n'));
    });

  it.each(['authorization: Bearer x', 'purpose-of-use: care', 'polku-partial: true'])(
    'refuses a repeated header: %s',
    async (header) => {
      const status = await send(
        ['POST /graphql HTTP/1.1', 'host: localhost', header, header],
        '{"query":"{x}"}',
      );
      expect(status).toContain(' 400 ');
    },
  );

  it('issues --dev tokens only to the host names of this machine', async () => {
    const body = '{"persona":"doctor"}';
    const ask = (host: string) => send(['POST /dev/token HTTP/1.1', `host: ${host}`], body);
    expect(await ask(`localhost:${testbed.url.port}`)).toContain(' 200 ');
    expect(await ask('[::1]')).toContain(' 200 ');
    expect(await ask('evil.example')).toContain(' 400 ');
    expect(await ask('localhost.evil.example:4000')).toContain(' 400 ');
  });

  it('serves the console with a policy that allows no other origin', async () => {
    const page = await get('/');
    expect(await page.text()).toBe('<!doctype html>console');
    expect(page.headers.get('content-type')).toBe('text/html;charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const script = await get('/assets/a%20b.js');
    expect(await script.text()).toBe('script');
    expect(script.headers.get('content-type')).toBe('text/javascript');
    for (const { headers } of [page, script]) expect(headers.get('cache-control')).toBe('no-cache');
  });

  it('names the language of an answer, and that it depends on Accept-Language', async () => {
    const headersOf = async (language: string, purpose: string | null) => {
      const { headers } = await ask(testbed, '{ people(first: 1) { birthYear } }', {
        purpose,
        headers: { 'accept-language': language },
      });
      return [headers.get('content-language'), headers.get('vary')];
    };
    expect(await headersOf('sv-FI,fi;q=0.5', 'care')).toEqual(['sv', 'Accept-Language']);
    expect(await headersOf('fi', 'care')).toEqual(['fi', 'Accept-Language']);
    expect(await headersOf(';;q=,', 'care')).toEqual(['en', 'Accept-Language']);
    // Refusals for readers are translated.
    expect(await headersOf('fi', null)).toEqual(['fi', 'Accept-Language']);
  });

  it('lets browsers keep files with a hash in their name, and sends them compressed', async () => {
    for (const encoding of ['br', 'gzip']) {
      const script = await fetch(new URL('/assets/main-ABCDEF12.js', testbed.url), {
        headers: { 'accept-encoding': encoding },
      });
      expect(await script.text()).toBe('script');
      expect(Object.fromEntries(script.headers)).toMatchObject({
        'content-encoding': encoding,
        'content-type': 'text/javascript',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'Accept-Encoding',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'self'"),
      });
      const etag = script.headers.get('etag')!;
      const again = await fetch(script.url, {
        headers: { 'accept-encoding': encoding, 'if-none-match': etag },
      });
      expect([again.status, again.headers.get('cache-control')]).toEqual([
        304,
        'public, max-age=31536000, immutable',
      ]);
    }
  });

  it('sends the page whole, because a release may have one of the same size and time', async () => {
    const etag = (await get('/')).headers.get('etag')!;
    const again = await fetch(testbed.url, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([200, '<!doctype html>console']);
  });

  it.each(['bytes=5-2', 'bytes=0-999999999', 'bytes=a-b', 'bytes=99-'])(
    'sends the whole file for the range %s',
    async (range) => {
      const response = await fetch(testbed.url, { headers: { range } });
      expect([response.status, await response.text()]).toEqual([200, '<!doctype html>console']);
    },
  );

  it('survives a file that is gone, and closes files that a client does not read to the end', async () => {
    const assets = join(folder, 'dist', 'assets');
    await rm(join(assets, 'gone.js'));
    await expect(get('/assets/gone.js').then((response) => response.text())).rejects.toThrow();
    const big = join(assets, 'main-ABCDEF12.js');
    for (let aborted = 0; aborted < 10; aborted++) {
      const socket = connect(Number(testbed.url.port), '127.0.0.1');
      socket.write('GET /assets/main-ABCDEF12.js HTTP/1.1\r\nhost: x\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
    }
    const openFiles = async () =>
      Promise.all(
        (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
      );
    await until(async () => !(await openFiles()).includes(big));
    expect((await get('/')).status).toBe(200);
  });

  it.each([
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/..%2f..%2fsecret.json',
    '/..%5csecret.json',
    '/linked.json',
    '/linked/secret.json',
    '/assets/main-ABCDEF12.js.br',
    '/index',
    '/notes.txt',
    '/assets',
    '/%00',
    '/%ff',
    '//secret.json',
    '/index.html/',
  ])('serves nothing for %s', async (path) => {
    // A browser would normalise the path; a socket sends it unchanged.
    const response = await raw(testbed.url, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(response).toMatch(/^HTTP\/1\.1 404/);
    expect(response).not.toContain('secret\r');
    expect(response).not.toMatch(/secret$/);
  });

  it('answers HEAD without a body', async () => {
    const response = await fetch(testbed.url, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('survives a request that is not HTTP, or has an unknown path', async () => {
    expect(await raw(testbed.url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(testbed.url, 'GET http:// HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400/,
    );
    expect((await get('/readyz')).status).toBe(200);
  });

  it('has no --dev routes without --dev', async () => {
    const server = await serveGateway(
      { host: '127.0.0.1', port: 0 },
      { gateway: testbed.gateway, readiness: new Readiness() },
    );
    for (const path of ['/dev/personas', '/.well-known/jwks.json', '/'])
      expect((await fetch(new URL(path, server.url))).status).toBe(404);
    expect((await fetch(new URL('/dev/token', server.url), { method: 'POST' })).status).toBe(404);
    await server.close();
  });

  it('reports that a port is in use', async () => {
    const taken = { host: '127.0.0.1', port: Number(testbed.url.port) };
    await expect(
      serveGateway(taken, { gateway: testbed.gateway, readiness: new Readiness() }),
    ).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
    });
  });

  it('finishes running requests before it stops', async () => {
    const slow = await SlowAuditLog.open();
    const stopping = await startGateway({ auditLog: slow });
    const asking = ask(stopping, '{ people(first: 1) { birthYear } }');
    await slow.asked;
    const closing = stopping.close();
    slow.release();
    expect((await asking).body.data).toEqual({ people: [{ birthYear: 1994 }] });
    await closing;
    await expect(fetch(new URL('/health', stopping.url))).rejects.toThrow();
    await rm(slow.folder, { recursive: true });
  });
});

async function raw(url: URL, request: string): Promise<string> {
  const socket = connect(Number(url.port), '127.0.0.1');
  socket.write(request);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** A log that writes only when the test lets it. */
class SlowAuditLog implements AuditLog {
  release!: () => void;
  readonly asked: Promise<void>;
  readonly #released: Promise<void>;
  #ask!: () => void;

  private constructor(
    readonly folder: string,
    private readonly log: AuditLog,
  ) {
    this.#released = new Promise((resolve) => (this.release = resolve));
    this.asked = new Promise((resolve) => (this.#ask = resolve));
  }

  static async open(): Promise<SlowAuditLog> {
    const folder = await mkdtemp(join(tmpdir(), 'polku-slow-'));
    return new SlowAuditLog(
      folder,
      await openAuditLog(folder, {
        writer: 'gateway',
        signingKey: generateKeyPairSync('ed25519').privateKey,
      }),
    );
  }

  async append(record: AuditRecord): Promise<void> {
    this.#ask();
    await this.#released;
    await this.log.append(record);
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.log.close();
  }
}
