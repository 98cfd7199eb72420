import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolkuError } from '../../../lib/errors.js';
import { type HttpServer, serveHttp } from '../../../lib/httpServer.js';
import { readBody } from '../../../lib/requestBody.js';
import { authorityFile, type CertificateFiles, issueInto } from '../../../lib/tls/authorityFolder.js';

const local = { host: '127.0.0.1', port: 0 };
const times = { requestMs: 10_000 };
const hello: RequestListener = (_, response) => void response.end('hello');
let server: HttpServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('an HTTP server', () => {
  let folder: string;
  let authority: string;
  let tls: CertificateFiles;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-server-'));
    const terms = { uses: ['server'], days: 1, renew: false } as const;
    tls = (await issueInto(folder, [['localhost']], terms))[0]!;
    authority = await readFile(authorityFile(folder), 'utf8');
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** The version of TLS under which a client that speaks nothing newer is answered. */
  async function protocolOf(url: URL, maxVersion: SecureVersion): Promise<string | null> {
    const socket = connect({
      port: Number(url.port),
      servername: 'localhost',
      ca: authority,
      maxVersion,
    });
    try {
      await once(socket, 'secureConnect');
      return socket.getProtocol();
    } finally {
      socket.destroy();
    }
  }

  it('speaks TLS 1.3 and nothing older', async () => {
    server = await serveHttp(hello, { ...local, tls }, times);
    expect(server.url.protocol).toBe('https:');
    expect(await protocolOf(server.url, 'TLSv1.3')).toBe('TLSv1.3');
    await expect(protocolOf(server.url, 'TLSv1.2')).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    });
  });

  it('serves other machines over TLS only', async () => {
    const anywhere = { host: '0.0.0.0', port: 0 };
    await expect(serveHttp(hello, anywhere, times)).rejects.toMatchObject({ code: 'USAGE' });
    server = await serveHttp(hello, { ...anywhere, tls }, times);
    expect(await protocolOf(server.url, 'TLSv1.3')).toBe('TLSv1.3');
  });

  it('reports a port that is in use', async () => {
    server = await serveHttp(hello, local, times);
    const taken = { host: local.host, port: Number(server.url.port) };
    await expect(serveHttp(hello, taken, times)).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  });

  it('answers running requests before it closes', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const slow = await serveHttp(
      (_, response) => {
        begin();
        void released.then(() => response.end('late'));
      },
      local,
      times,
    );
    const asking = fetch(slow.url).then((response) => response.text());
    await begun;
    const closing = slow.close();
    release();
    expect(await asking).toBe('late');
    await closing;
    await expect(fetch(slow.url)).rejects.toThrow();
  });
});

describe('the body of a request', () => {
  /** The server answers the text that it read, or the code of the error. */
  const echo: RequestListener = (request, response) =>
    void readBody(request, 10)
      .catch((error: PolkuError) => error.code)
      .then((text) => response.end(text));

  const post = async (body: string | Uint8Array<ArrayBuffer>): Promise<string> =>
    (await fetch(server!.url, { method: 'POST', body })).text();

  it('is text in UTF-8 up to a limit of bytes', async () => {
    server = await serveHttp(echo, local, times);
    expect(await post('ääääa')).toBe('ääääa');
    expect(await post('ääääää')).toBe('REQUEST_TOO_LARGE');
    expect(await post(Uint8Array.of(0x61, 0xff))).toBe('BAD_REQUEST');
  });

  it('is limited where its length is not announced', async () => {
    server = await serveHttp(echo, local, times);
    const socket = connectPlain(Number(server.url.port), local.host);
    const chunks = ['5\r\nhello\r\n', '6\r\nworlds\r\n'];
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n');
    for (const chunk of chunks) socket.write(chunk);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(String(answer)).toMatch(/REQUEST_TOO_LARGE/);
  });
});
