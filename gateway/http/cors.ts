import type { IncomingMessage, ServerResponse } from 'node:http';
import { respond } from '../../federation/http/respond.js';
import { BREAK_GLASS_HEADER, PURPOSE_HEADER } from '../identity/purpose.js';
import { DECISION_HEADER, PARTIAL_HEADER, PREFLIGHT_HEADERS } from './graphqlRoute.js';

/** The headers that the gateway reads of a request for /graphql. */
const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'accept',
  PURPOSE_HEADER,
  PARTIAL_HEADER,
  BREAK_GLASS_HEADER,
  ...PREFLIGHT_HEADERS,
  'traceparent',
].join(', ');

/** How long a browser may remember a preflight. */
const REMEMBER_SECONDS = 600;

/**
 * Lets pages of listed origins ask at /graphql (Fetch Standard, section "CORS protocol"). They send tokens:
 * `Access-Control-Allow-Credentials` is never sent, so browsers send no cookie. Pages of other origins get no
 * header of CORS, so their browser keeps the answer from them.
 * @returns whether the request was a preflight of a listed origin, and is answered
 */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): boolean {
  if (origins.length === 0) return false;
  // A cache must not give the answer for one origin to another.
  response.setHeader('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', DECISION_HEADER);
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false;
  respond(
    response,
    200,
    {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': String(REMEMBER_SECONDS),
    },
    '',
  );
  return true;
}
