import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PolkuError } from './errors.js';
import type { Log } from './log.js';
import { isLoopback } from './loopback.js';
import { createTlsServer, type ServerTls } from './tls/tlsServer.js';
import { TrustedProxies } from './trustedProxies.js';

export interface ServerAddress {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  /** Files of certificates (PEM). Without them, only loopback is served. */
  readonly tls?: ServerTls | undefined;
  /**
   * Addresses of proxies that end TLS, as CIDR. With them, no certificate is needed, and only these proxies
   * are answered.
   */
  readonly proxies?: readonly string[] | undefined;
}

export interface HttpServerOptions {
  /** How many milliseconds a client may take to send a request with its body: 10,000 or more. */
  readonly requestMs: number;
  /** How many milliseconds a closing server waits for the requests that it is answering. */
  readonly drainMs?: number | undefined;
  /** Gets lines about the files of certificates. */
  readonly log?: Log | undefined;
  /** Receives each client that is refused before its request is read. */
  readonly refused?: ((fault: PolkuError) => void) | undefined;
}

export interface HttpServer {
  readonly url: URL;
  /** Accepts no more requests, waits for those that run, then stops. */
  close(): Promise<void>;
}

/** A client that sends slowly cannot hold a connection for ever (Slowloris). Milliseconds. */
const timeouts = { headersTimeout: 10_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 5_000 };
const DRAIN_MS = 10_000;
const silent: Log = { write: () => {}, fault: () => {} };

/**
 * Serves HTTP, over TLS 1.3 where there is a certificate.
 * @throws PolkuError USAGE, ADDRESS_IN_USE, TLS_FILE_INVALID, TLS_KEY_MISMATCH, TLS_CERTIFICATE_EXPIRED
 */
export async function serveHttp(
  listener: RequestListener,
  address: ServerAddress,
  { requestMs, drainMs = DRAIN_MS, log = silent, refused = () => {} }: HttpServerOptions,
): Promise<HttpServer> {
  requireTls(address);
  const { host, port, tls, proxies } = address;
  const trusted = proxies && new TrustedProxies(proxies);
  const limits = { ...timeouts, requestTimeout: requestMs };
  const guarded: RequestListener = (request, response) => {
    const fault = overTls?.clientFaultOf(request) ?? trusted?.faultOf(request);
    if (!fault) return listener(request, response);
    refused(fault);
    refuse(response, fault);
  };
  const overTls = tls && (await createTlsServer(tls, limits, guarded, { log, refused }));
  const server = overTls?.server ?? createServer(limits, guarded);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
      server.listen(port, host, resolve);
    });
  } catch (error) {
    overTls?.stopWatching();
    throw error;
  }
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: new URL(`${tls ? 'https' : 'http'}://${name}:${bound}`),
    async close() {
      overTls?.stopWatching();
      await close(server, drainMs);
    },
  };
}

/** Answers before anything of the body is read, and ends the connection. */
function refuse(response: ServerResponse, { status, code, message }: PolkuError): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
}

/**
 * Traffic to other machines needs TLS, of this server or of the proxies in front of it.
 * @throws PolkuError USAGE
 */
export function requireTls({ host, tls, proxies }: ServerAddress): void {
  if (tls || proxies || isLoopback(host)) return;
  throw new PolkuError(
    'USAGE',
    `To listen on ${host}, give a certificate: tls in polku.yaml, or --tls-cert and --tls-key. Where an ingress ends TLS, list its addresses: gateway.proxies. Without either, only this machine is served.`,
  );
}

/**
 * A registry answers other machines only if they have certificates.
 * @throws PolkuError USAGE
 */
export function requireClientCertificates({ host, tls }: ServerAddress): void {
  if (tls?.clientAuthority !== undefined || isLoopback(host)) return;
  throw new PolkuError(
    'USAGE',
    `To listen on ${host}, a registry needs certificates of both sides: registry.tls in polku.yaml with certificate, key, clientAuthority and clientNames. "polku tls issue --help" shows how to make them. Without them, only this machine is served.`,
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
