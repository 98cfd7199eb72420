import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PolkuError } from '../../lib/errors.js';
import { ClientSignal } from '../supergraph/clientSignal.js';

/** Nothing that the gateway says may be kept, framed or guessed at by a browser. */
const secureHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Characters from which a body is large. */
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
  // Node joins a string with the head and copies both; what is large goes as bytes.
  const sent = typeof body === 'string' && body.length > LARGE ? Buffer.from(body) : body;
  const length = String(Buffer.byteLength(sent));
  response.writeHead(status, { ...secureHeaders, ...headers, 'content-length': length });
  response.end(response.req.method === 'HEAD' ? undefined : sent);
  discardBody(response.req);
}

/** How much of a body that nobody wants is received. A client that is cut off while it sends never reads the answer. */
const DISCARDED_BYTES = 32 * 2 ** 20;

/**
 * The body of a request as text. It stops at the limit: nothing above it is stored.
 * @throws PolkuError REQUEST_TOO_LARGE; BAD_REQUEST where the client went away, or the bytes are not UTF-8
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  const body = await readBytes(request, limitBytes);
  if (isUtf8(body)) return body.toString('utf8');
  throw new PolkuError('BAD_REQUEST', 'The body is not text in UTF-8.');
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cutOff = (): void => reject(new PolkuError('BAD_REQUEST', 'The request was cut off.'));
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) return reject(tooLarge(limitBytes));
    // The client may have gone before anybody listened.
    if (request.destroyed) return cutOff();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= limitBytes) return void chunks.push(chunk);
      request.off('data', take).pause();
      chunks.length = 0;
      reject(tooLarge(limitBytes));
    };
    request
      .on('data', take)
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', cutOff);
  });
}

/** Receives what is left of a body after its answer, up to a limit, and stores none of it. */
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

/** Aborted when the client goes before it has its answer. */
export function watchClient(response: ServerResponse): ClientSignal {
  const signal = new ClientSignal();
  response.once('close', () => {
    if (!response.writableFinished) signal.abort();
  });
  return signal;
}
