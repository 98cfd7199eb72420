/**
 * @property federation/tls-names A remote subgraph is sent nothing unless its certificate carries its own
 * name.
 * @enforcedBy lib/tls/tlsClient.ts, federation/http/connection.ts
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../lib/packageRoot.js';
import {
  certifyAuthority,
  type CertifiedKey,
  createAuthorityKey,
  issueCertificate,
} from '../../lib/tls/privateAuthority.js';

const module = pathToFileURL(
  join(packageRoot(), 'dist', 'federation', 'supergraph', 'remoteDataSource.js'),
).href;
/** Sends two requests, so that a connection is used again. */
const ASK = `
  import { remoteDataSource } from ${JSON.stringify(module)};
  const proof = { forOperation: () => undefined, forComposition: () => undefined };
  const query = { query: '{ a }', operationName: undefined, variables: {}, idempotent: true, read: JSON.parse };
  for (const url of process.argv.slice(1)) {
    const source = remoteDataSource({ name: 'far', url: new URL(url), proof });
    for (let turn = 0; turn < 2; turn++) {
      const told = await source.fetch(query, { requester: undefined, signal: undefined }).then(
        ({ data }) => ({ bytes: data.a.length }),
        ({ code, cause }) => ({ code, cause: cause?.cause?.details?.reason ?? cause?.cause?.code }),
      );
      console.log(JSON.stringify({ url, ...told }));
    }
    await source.close();
  }`;
const BYTES = 300_000;
const DAY_MS = 86_400_000;

async function createAuthority(): Promise<CertifiedKey> {
  const key = await createAuthorityKey();
  return { key, certificate: await certifyAuthority(key) };
}

/** A server's certificate and key, as Node.js takes them. */
async function issued(
  names: readonly string[],
  authority: CertifiedKey,
  days = 1,
): Promise<{ cert: string; key: string }> {
  const from = new Date(Date.now() - 10 * DAY_MS);
  const until = new Date(Date.now() + days * DAY_MS);
  const { certificate, key } = await issueCertificate({ names, uses: ['server'], from, until }, authority);
  return { cert: certificate, key };
}

describe('a remote subgraph over TLS', () => {
  let authority: CertifiedKey;
  const servers: Server[] = [];
  const asked: string[] = [];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-tls-'));
    authority = await createAuthority();
    await writeFile(join(folder, 'authority.pem'), authority.certificate);
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const answer =
    (who: string): RequestListener =>
    (request, response) => {
      asked.push(who);
      request.resume().on('end', () => response.end(JSON.stringify({ data: { a: 'é'.repeat(BYTES) } })));
    };
  /** The result of a request in a process that trusts this authority in addition to the default ones. */
  const ask = async (...urls: readonly string[]): Promise<readonly unknown[]> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', ASK, ...urls],
      {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') },
      },
    );
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };

  it('answers under a certificate of its name or address that a trusted authority has signed', async () => {
    const good = await issued(['localhost', '127.0.0.1'], authority);
    let connections = 0;
    const server = createServer(good, answer('good'));
    server.on('secureConnection', () => (connections += 1));
    const port = await listen(server);
    const urls = [`https://localhost:${port}/graphql`, `https://127.0.0.1:${port}/graphql`];
    expect(await ask(...urls)).toEqual(
      urls.flatMap((url) => [
        { url, bytes: BYTES },
        { url, bytes: BYTES },
      ]),
    );
    expect(asked.splice(0)).toEqual(['good', 'good', 'good', 'good']);
    expect(connections).toBe(2);
  });

  it('gets no data and is unavailable under any other certificate', async () => {
    const stranger = await createAuthority();
    const wrong = {
      'of an authority that calls itself by the same name': await issued(['localhost'], {
        certificate: authority.certificate,
        key: stranger.key,
      }),
      'of an unknown authority': await issued(['localhost'], stranger),
      'of another name': await issued(['elsewhere.example'], authority),
      'that has expired': await issued(['localhost'], authority, -1),
    };
    const ports = await Promise.all(
      Object.entries(wrong).map(([who, files]) => listen(createServer(files, answer(who)))),
    );
    const plain = await listen(createPlainServer(answer('without TLS')));
    const told = await ask(...[...ports, plain].map((port) => `https://localhost:${port}/graphql`));
    expect(told.map((one) => (one as { code: string }).code)).toEqual(told.map(() => 'SUBGRAPH_UNAVAILABLE'));
    expect(asked).toEqual([]);
    const causes = told.map((one) => (one as { cause?: string }).cause);
    expect(causes.filter((_, index) => index % 2 === 0)).toEqual([
      'unknown-authority',
      'unknown-authority',
      'wrong-name',
      'expired',
      'no-tls-1.3',
    ]);
  });
});
