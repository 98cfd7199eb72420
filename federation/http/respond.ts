import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PolkuError } from '../../lib/errors.js';
import { ClientSignal } from '../supergraph/clientSignal.js';

/** Browsers must not store, frame or content-sniff any response of the gateway. */
const secureHeaders = {
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

/**
 * Reads the body of a request as text. Stores nothing above the limit.
 * @throws PolkuError REQUEST_TOO_LARGE; BAD_REQUEST where the client disconnected, or the bytes are not UTF-8
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  const body = await readBytes(request, limitBytes);
  if (isUtf8(body)) return body.toString('utf8');
  throw new PolkuError('BAD_REQUEST', 'The body is not text in UTF-8.');
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cutOff = (): void =>
      reject(new PolkuError('BAD_REQUEST', 'The client disconnected before the request was complete.'));
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) return reject(tooLarge(limitBytes));
    // The client may have disconnected before this listener was added.
    if (request.destroyed) return cutOff();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const receive = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= limitBytes) return void chunks.push(chunk);
      request.off('data', receive).pause();
      chunks.length = 0;
      reject(tooLarge(limitBytes));
    };
    request
      .on('data', receive)
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', cutOff);
  });
}

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

function tooLarge(limitBytes: number): PolkuError {
  return new PolkuError('REQUEST_TOO_LARGE', `The body of a request may be at most ${limitBytes} bytes.`);
}

/** Returns a signal that is aborted when the client disconnects before it has its response. */
export function watchClient(response: ServerResponse): ClientSignal {
  const signal = new ClientSignal();
  response.once('close', () => {
    if (!response.writableFinished) signal.abort();
  });
  return signal;
}
