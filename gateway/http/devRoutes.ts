import type { IncomingMessage, ServerResponse } from 'node:http';
import { requireJson } from '../../federation/http/graphqlRequest.js';
import { respondJson } from '../../federation/http/respond.js';
import { PolkuError } from '../../lib/errors.js';
import { isLoopback } from '../../lib/loopback.js';
import { readBody } from '../../lib/requestBody.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { DevIssuer } from '../identity/devIssuer.js';
import { labelledClaims } from '../session/labelledClaims.js';

const BODY_BYTES = 1_000;

/**
 * `--dev` only: GET /.well-known/jwks.json, GET /dev/personas, POST /dev/token.
 * @returns whether the path is one of them
 * @throws PolkuError BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE, REQUEST_TOO_LARGE
 */
export async function respondDevRoute(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, issuer, policy }: { pathname: string; issuer: DevIssuer; policy: Policy },
): Promise<boolean> {
  if (pathname.startsWith('/dev/')) requireOwnName(request);
  switch (`${request.method} ${pathname}`) {
    case 'GET /.well-known/jwks.json':
      respondJson(response, 200, issuer.jwks);
      return true;
    case 'GET /dev/personas':
      respondJson(response, 200, { personas: describePersonas(issuer, policy) });
      return true;
    case 'POST /dev/token':
      respondJson(response, 200, { token: await issuer.issue(await readPersona(request)) });
      return true;
    default:
      return false;
  }
}

/**
 * Stops DNS rebinding: a page of another site can reach this machine by a name of its own, but not as
 * localhost.
 */
function requireOwnName({ headers }: IncomingMessage): void {
  if (isLoopback((headers.host ?? '').replace(/:\d+$/, ''))) return;
  throw new PolkuError('BAD_REQUEST', 'The routes of --dev answer to localhost only.');
}

function describePersonas(issuer: DevIssuer, policy: Policy): readonly object[] {
  return issuer.personas.map(({ id, label, explanation, ...claims }) => ({
    id,
    label,
    explanation,
    ...labelledClaims(claims, policy),
  }));
}

async function readPersona(request: IncomingMessage): Promise<string> {
  // Asking for JSON keeps pages of other origins from posting here (CORS preflight).
  requireJson(request);
  const body = await readBody(request, BODY_BYTES);
  try {
    return String((JSON.parse(body) as { persona?: unknown }).persona);
  } catch {
    throw new PolkuError('BAD_REQUEST', 'Expected a JSON body {"persona": "<id>"}.');
  }
}
