/**
 * @property federation/client-certificates A registry answers other machines only if their certificate has
 * a listed name. Everybody else is refused before anything of the request is read.
 * @enforcedBy lib/tls/tlsServer.ts, lib/httpServer.ts
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectionPool } from '../../../../federation/http/connectionPool.js';
import type { PolkuError } from '../../../../lib/errors.js';
import { sendHttp } from '../../../../lib/httpClient.js';
import { type HttpServer, requireClientCertificates, serveHttp } from '../../../../lib/httpServer.js';
import { authorityFile, type CertificateFiles, issueInto } from '../../../../lib/tls/authorityFolder.js';
import { LiveTlsFiles } from '../../../../lib/tls/liveTlsFiles.js';
import { issueCertificate } from '../../../../lib/tls/privateAuthority.js';
import { tlsClientOptions } from '../../../../lib/tls/tlsClient.js';
import { readTlsFiles, type TlsMaterial } from '../../../../lib/tls/tlsFiles.js';
import { TestLog } from '../../../city/testLog.js';
import { until } from '../../../city/until.js';

const REGISTRY = 'health.example';
const GATEWAY = 'spiffe://city.example/gateway';
const both = { uses: ['server', 'client'], days: 90, renew: false } as const;
const renewed = { ...both, renew: true } as const;

let folder: string;
let strangers: string;
let registry: CertificateFiles;
let gateway: CertificateFiles;
let server: HttpServer;
const bodiesRead: string[] = [];
const refusals: PolkuError[] = [];
const log = new TestLog();
const closing: (() => unknown)[] = [];

const answer: RequestListener = (request, response) => {
  bodiesRead.push(request.method!);
  request.resume().on('end', () => response.end('{"data":{"a":1}}'));
};
const address = (): Parameters<typeof serveHttp>[1] => ({
  host: '127.0.0.1',
  port: 0,
  tls: { ...registry, clientAuthority: authorityFile(folder), clientNames: [GATEWAY] },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-mutual-'));
  strangers = await mkdtemp(join(tmpdir(), 'polku-strangers-'));
  [registry, gateway] = (await issueInto(folder, [[REGISTRY], ['gateway.example', GATEWAY]], both)) as [
    CertificateFiles,
    CertificateFiles,
  ];
  server = await serveHttp(answer, address(), {
    requestMs: 10_000,
    refused: (fault) => refusals.push(fault),
    log,
  });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  for (const list of [refusals, bodiesRead, log.lines, log.entries]) list.length = 0;
});
afterAll(async () => {
  await server.close();
  for (const one of [folder, strangers]) await rm(one, { recursive: true });
});

const materialOf = (files: Partial<CertificateFiles>): Promise<TlsMaterial> =>
  readTlsFiles({ ...files, authority: authorityFile(folder) });
const send = (tls: TlsMaterial, serverName = REGISTRY) =>
  sendHttp(server.url, { method: 'GET', timeoutMs: 5_000, maxBytes: 10_000, tls, serverName });

/** A certificate of the folder's authority that expired an hour ago. */
async function expired(): Promise<TlsMaterial> {
  const authority = {
    certificate: await readFile(authorityFile(folder), 'utf8'),
    key: await readFile(join(folder, 'authority.key'), 'utf8'),
  };
  const [from, end] = [Date.now() - 7_200_000, Date.now() - 3_600_000].map((at) => new Date(at));
  const request = { names: ['old', GATEWAY], uses: ['client'], from: from!, until: end! } as const;
  const { certificate, key } = await issueCertificate(request, authority);
  return { cert: certificate, key, ca: authority.certificate };
}

describe('a server for listed clients', () => {
  it('answers a client whose certificate has a listed name', async () => {
    expect(await send(await materialOf(gateway))).toMatchObject({ status: 200, body: '{"data":{"a":1}}' });
    expect(refusals).toEqual([]);
  });

  const wrong: Record<string, () => Promise<TlsMaterial>> = {
    'no-certificate': () => materialOf({}),
    'unknown-authority': async () => {
      const [files] = await issueInto(strangers, [['gateway.example', GATEWAY]], renewed);
      return materialOf(files!);
    },
    expired,
    'wrong-use': async () => {
      const [files] = await issueInto(folder, [['server-only', GATEWAY]], { ...renewed, uses: ['server'] });
      return materialOf(files!);
    },
  };

  it.each(Object.keys(wrong))('ends the handshake of a client for the reason: %s', async (reason) => {
    await expect(send(await wrong[reason]!())).rejects.toThrow();
    await until(() => refusals.length > 0);
    expect(
      refusals.map(({ code, status, details }) => ({ code, status, reason: details['reason'] })),
    ).toEqual([{ code: 'TLS_CLIENT_REFUSED', status: 403, reason }]);
    expect(bodiesRead).toEqual([]);
  });

  it('refuses a client of another name before it reads the request', async () => {
    const names = ['other.example', 'gateway', 'spiffe://city.example/GATEWAY'] as const;
    const [other] = await issueInto(folder, [[...names]], renewed);
    const { status, body } = await send(await materialOf(other!));
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'TLS_CLIENT_REFUSED' } }] });
    expect(refusals[0]!.details).toEqual({ reason: 'wrong-name', peer: names.join() });
    expect(refusals[0]!.message).toContain(names.join());
    expect(bodiesRead).toEqual([]);
  });

  it('resumes no session, because a resumed one does not check the certificate', async () => {
    const options = tlsClientOptions(REGISTRY, await materialOf(gateway));
    const talk = (session?: Buffer): Promise<{ reused: boolean; ticket: Buffer | undefined }> =>
      new Promise((resolve, reject) => {
        let ticket: Buffer | undefined;
        const socket: TLSSocket = connect({
          port: Number(server.url.port),
          ...options,
          ...(session && { session }),
        });
        socket.on('session', (given) => (ticket = given));
        socket.on('error', reject);
        socket.on('data', () => {
          resolve({ reused: socket.isSessionReused(), ticket });
          socket.destroy();
        });
        socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      });
    const { ticket } = await talk();
    expect((await talk(ticket)).reused).toBe(false);
  });

  it('needs certificates of clients off loopback', () => {
    expect(() => requireClientCertificates({ host: '0.0.0.0', port: 0, tls: registry })).toThrow(
      /clientAuthority/,
    );
    expect(() => requireClientCertificates({ host: '127.0.0.1', port: 0 })).not.toThrow();
    expect(() => requireClientCertificates({ ...address(), host: '0.0.0.0' })).not.toThrow();
  });
});

describe('a client', () => {
  it.each([
    ['wrong-name', 'social.example', async () => materialOf(gateway)],
    [
      'unknown-authority',
      REGISTRY,
      async () => {
        await issueInto(strangers, [['somebody']], renewed);
        return { ...(await materialOf(gateway)), ca: await readFile(authorityFile(strangers), 'utf8') };
      },
    ],
  ] as const)('sends nothing to a server that cannot prove its name: %s', async (reason, name, material) => {
    await expect(send(await material(), name)).rejects.toMatchObject({
      code: 'TLS_PEER_UNTRUSTED',
      message: expect.stringContaining(name),
      details: { reason },
    });
    expect(bodiesRead).toEqual([]);
  });

  it('names the server that refuses its certificate', async () => {
    await expect(send(await materialOf({}))).rejects.toMatchObject({ code: 'TLS_CLIENT_REFUSED' });
  });
});

describe('new files of certificates', () => {
  const serialOf = async (): Promise<string> => {
    const options = tlsClientOptions(REGISTRY, await materialOf(gateway));
    return new Promise((resolve, reject) => {
      const socket = connect({ port: Number(server.url.port), ...options }, () => {
        resolve(socket.getPeerX509Certificate()!.serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  };

  it('are used without a restart, and no request is lost meanwhile', async () => {
    const files = await LiveTlsFiles.open({ ...gateway, authority: authorityFile(folder) }, log);
    closing.push(() => files.close());
    const pool = new ConnectionPool(server.url, {
      connections: 4,
      bodyBytes: 10_000,
      timeoutMs: 5_000,
      tls: { serverName: REGISTRY, files },
    });
    closing.push(() => pool.close());
    let asking = true;
    let answered = 0;
    const asker = async (): Promise<void> => {
      for (; asking; answered++) await pool.post('content-type: application/json\r\n', '{}', undefined);
    };
    const askers = [1, 2, 3].map(asker);
    const before = await serialOf();
    await until(() => answered > 10);
    await issueInto(folder, [[REGISTRY], ['gateway.example', GATEWAY]], renewed);
    await until(async () => (await serialOf()) !== before);
    await until(() => log.entries.filter(({ event }) => event === 'certificates-renewed').length >= 2);
    const then = answered;
    await until(() => answered > then + 10);
    asking = false;
    await Promise.all(askers);
    expect(refusals).toEqual([]);
    await expect(
      new Promise((_, reject) =>
        connect({ port: Number(server.url.port), maxVersion: 'TLSv1.2', rejectUnauthorized: false }).on(
          'error',
          reject,
        ),
      ),
    ).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  it('end a connection from before with its next answer', async () => {
    const socket = connect({
      port: Number(server.url.port),
      ...tlsClientOptions(REGISTRY, await materialOf(gateway)),
    });
    closing.push(() => socket.destroy());
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    const ask = () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    ask();
    await until(() => /keep-alive[^]*"a":1/i.test(received));
    received = '';
    await issueInto(folder, [[REGISTRY]], renewed);
    const busy = setInterval(ask, 500);
    closing.push(() => clearInterval(busy));
    await until(() => /connection: close/i.test(received));
    expect(log.entries.map(({ event }) => event)).toEqual(['certificates-renewed']);
  });

  it('with a fault are reported, and the earlier ones stay in use', async () => {
    const good = await readFile(registry.certificate);
    await writeFile(registry.certificate, await readFile(gateway.certificate));
    await until(() => log.lines.length > 0);
    expect(log.entries).toEqual([{ event: 'certificates-rejected', code: 'TLS_KEY_MISMATCH' }]);
    expect((await send(await materialOf(gateway))).status).toBe(200);
    await writeFile(registry.certificate, good);
  });

  it('are needed soon when few days are left', async () => {
    const [short] = await issueInto(folder, [['short']], { ...renewed, days: 5 });
    const files = await LiveTlsFiles.open(short!, log);
    files.close();
    expect(log.lines).toEqual([
      `certificate-expires: The certificate ${short!.certificate} expires in 4 days. Renew it.`,
    ]);
  });
});
