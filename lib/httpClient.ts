import { type IncomingHttpHeaders, request as requestPlain } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { serverFault } from './tls/tlsFaults.js';
import { tlsClientOptions } from './tls/tlsClient.js';
import type { TlsMaterial } from './tls/tlsFiles.js';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Maximum milliseconds until the end of the answer. */
  readonly timeoutMs: number;
  /** Maximum bytes of the answer. */
  readonly maxBytes: number;
  /** The name that the server's certificate must have; by default the host of the address. */
  readonly serverName?: string | undefined;
  readonly tls?: TlsMaterial | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Sends one request on a connection of its own. It follows no redirect.
 * @throws PolkuError TLS_PEER_UNTRUSTED, TLS_CLIENT_REFUSED; Error if there is no complete answer
 */
export async function sendHttp(
  url: URL,
  { method, headers, timeoutMs, maxBytes, serverName = hostOf(url), tls }: HttpRequest,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { method, headers: { ...headers }, agent: false as const, signal };
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const request =
        url.protocol === 'https:'
          ? requestOverTls(url, { ...options, ...tlsClientOptions(serverName, tls) })
          : requestPlain(url, options);
      request.once('error', reject);
      request.once('response', (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxBytes) response.destroy(new Error('too long'));
        });
        const { statusCode, headers: received } = response;
        text(response).then((body) => resolve({ status: statusCode!, headers: received, body }), reject);
      });
      request.end();
    });
  } catch (error) {
    throw serverFault(error, serverName) ?? error;
  }
}

/** The host of an address, as a certificate names it: an IPv6 address has no brackets there. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
