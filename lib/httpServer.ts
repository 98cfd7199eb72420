import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PolkuError } from './errors.js';
import { isLoopback } from './loopback.js';

export interface ServerAddress {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  /** Files of the certificate and its private key (PEM). Without them, only loopback is served. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
}

/** Times in milliseconds. */
export interface ServerTimes {
  /** How long a client may take to send a request with its body: 10,000 or more. */
  readonly requestMs: number;
  /** How long a closing server waits for the requests that it is answering. */
  readonly drainMs?: number | undefined;
}

export interface HttpServer {
  readonly url: URL;
  /** Accepts no more requests, waits for those that run, then stops. */
  close(): Promise<void>;
}

/** A client that sends slowly cannot hold a connection for ever (Slowloris). Milliseconds. */
const timeouts = { headersTimeout: 10_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 5_000 };
const DRAIN_MS = 10_000;

/**
 * Serves HTTP, over TLS 1.3 where there is a certificate.
 * @throws PolkuError USAGE, ADDRESS_IN_USE
 */
export async function serveHttp(
  listener: RequestListener,
  address: ServerAddress,
  { requestMs, drainMs = DRAIN_MS }: ServerTimes,
): Promise<HttpServer> {
  requireTls(address);
  const { host, port, tls } = address;
  const limits = { ...timeouts, requestTimeout: requestMs };
  const server = tls
    ? createTlsServer(
        {
          ...limits,
          cert: await readFile(tls.certificate),
          key: await readFile(tls.key),
          minVersion: 'TLSv1.3',
        },
        listener,
      )
    : createServer(limits, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: new URL(`${tls ? 'https' : 'http'}://${name}:${bound}`),
    close: () => close(server, drainMs),
  };
}

/**
 * Traffic to other machines needs TLS.
 * @throws PolkuError USAGE
 */
export function requireTls({ host, tls }: ServerAddress): void {
  if (tls || isLoopback(host)) return;
  throw new PolkuError(
    'USAGE',
    `To listen on ${host}, give a certificate: tls in polku.yaml, or --tls-cert and --tls-key. Without it, only this machine is served.`,
  );
}

async function close(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection becomes idle when its last request ends.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const grace = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new PolkuError(
    'ADDRESS_IN_USE',
    `Port ${port} is in use; stop the process that listens there, or choose another port.`,
    {},
    { cause: error },
  );
}
