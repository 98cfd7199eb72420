import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PolkuError } from '../../lib/errors.js';
import { ClientSignal } from '../supergraph/clientSignal.js';

/** Browsers must not store, frame or content-sniff any response of the gateway. */
export const secureHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** A body with more characters counts as large. */
const LARGE = 16 * 2 ** 10;

export function respondJson(response: ServerResponse, status: number, value: unknown): void {
  respond(
    response,
    status,
    { 'content-type': 'application/json; charset=utf-8' },
    `${JSON.stringify(value)}\n`,
  );
}

export function respondError(response: ServerResponse, error: PolkuError): void {
  const { code, message, details } = error;
  respondJson(response, error.status, { errors: [{ message, extensions: { code, ...details } }] });
}

export function respond(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  // Node concatenates a string with the head and copies both, so a large body is sent as bytes.
  const sent = typeof body === 'string' && body.length > LARGE ? Buffer.from(body) : body;
  const length = String(Buffer.byteLength(sent));
  response.writeHead(status, { ...secureHeaders, ...headers, 'content-length': length });
  response.end(response.req.method === 'HEAD' ? undefined : sent);
  discardBody(response.req);
}

/**
 * How many bytes of an unwanted body are received. A client that is disconnected while it sends never reads
 * the response.
 */
const DISCARDED_BYTES = 32 * 2 ** 20;

/** Receives the rest of a body after the response, up to a limit, and stores none of it. */
function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DISCARDED_BYTES) request.destroy();
  });
  request.resume();
}

/** Returns a signal that is aborted when the client disconnects before it has its response. */
export function watchClient(response: ServerResponse): ClientSignal {
  const signal = new ClientSignal();
  response.once('close', () => {
    if (!response.writableFinished) signal.abort();
  });
  return signal;
}
