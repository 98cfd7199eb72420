import type { ServerResponse } from 'node:http';
import type { PolkuError } from '../../schema/polkuError.js';
import { discardBody } from './readBody.js';

/** Nothing that the gateway says may be kept, framed or guessed at by a browser. */
export const secureHeaders = {
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
