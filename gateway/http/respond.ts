import type { ServerResponse } from 'node:http';
import type { PolkuError } from '../../schema/polkuError.js';

/** Nothing that the gateway says may be kept, framed or guessed at by a browser. */
export const secureHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

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
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { ...secureHeaders, ...headers, 'content-length': length });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
