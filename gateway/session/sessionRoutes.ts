import type { IncomingMessage, ServerResponse } from 'node:http';
import { respond, respondJson } from '../../federation/http/respond.js';
import { PolkuError } from '../../lib/errors.js';
import { readBody } from '../../lib/requestBody.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import { labelledClaims } from './labelledClaims.js';
import { CALLBACK_PATH, type Sessions } from './sessions.js';

const BODY_BYTES = 20_000;

export interface SessionRoutes {
  readonly sessions: Sessions;
  /** Verifies an access token. */
  readonly identify: (accessToken: string) => Promise<Caller>;
  /** The policy in force, which has the names of roles, purposes and recipients. */
  readonly policy: Policy;
}

/**
 * The console's login: GET /session (who is logged in), GET /session/login, GET /session/callback,
 * POST /session/logout, POST /session/backchannel-logout.
 * @returns whether the path is one of them
 * @throws PolkuError LOGIN_FAILED, BAD_REQUEST, ISSUER_UNAVAILABLE
 */
export async function respondSessionRoute(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams, search }: URL,
  routes: SessionRoutes,
): Promise<boolean> {
  const { sessions } = routes;
  const { cookie } = request.headers;
  switch (`${request.method} ${pathname}`) {
    case 'GET /session':
      respondJson(response, 200, await describeSession(request, response, routes));
      return true;
    case 'GET /session/login': {
      const { location, cookies } = await sessions.begin(
        searchParams.get('with') ?? undefined,
        pageOf(searchParams.get('to')),
      );
      setCookies(response, cookies);
      respond(response, 303, { location: location.href }, '');
      return true;
    }
    case `GET ${CALLBACK_PATH}`: {
      const { returnTo, cookies } = await sessions.complete(search, cookie);
      setCookies(response, cookies);
      // The browser sends a strict cookie only when a page of this service opens the next one.
      const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${returnTo}"><title>Polku</title>`;
      respond(response, 200, { 'content-type': 'text/html; charset=utf-8' }, page);
      return true;
    }
    case 'POST /session/logout': {
      requireOwnPage(request, sessions.publicUrl);
      const { location, cookies } = await sessions.logout(cookie);
      setCookies(response, cookies);
      respondJson(response, 200, { location: location.href });
      return true;
    }
    case 'POST /session/backchannel-logout': {
      const token = new URLSearchParams(await readBody(request, BODY_BYTES)).get('logout_token');
      await sessions.revoke(token ?? '');
      respond(response, 200, {}, '');
      return true;
    }
    default:
      return false;
  }
}

/**
 * The header Authorization for a request: its own, or that of its session. The cookie counts only in requests
 * of the console's own pages.
 * @throws PolkuError BAD_REQUEST
 */
export async function authorizationOf(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: Sessions,
): Promise<string | undefined> {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined || cookie === undefined) return authorization;
  const { session, cookies } = await sessions.read(cookie);
  setCookies(response, cookies);
  if (!session) return undefined;
  requireOwnPage(request, sessions.publicUrl);
  return `Bearer ${session.accessToken}`;
}

async function describeSession(
  request: IncomingMessage,
  response: ServerResponse,
  { sessions, identify, policy }: SessionRoutes,
): Promise<object> {
  const { session, cookies } = await sessions.read(request.headers.cookie);
  setCookies(response, cookies);
  const logins = sessions.logins.map(({ name, label }) => ({ name, label }));
  if (!session) return { user: null, logins, personas: false };
  const claims = await identify(session.accessToken);
  return { user: { login: session.login, ...labelledClaims(claims, policy) }, logins, personas: false };
}

function setCookies(response: ServerResponse, cookies: readonly string[]): void {
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
}

/** Refuses requests of other sites' pages (CSRF); a browser tells where a request comes from. */
function requireOwnPage({ headers }: IncomingMessage, publicUrl: URL): void {
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined ? headers.origin === publicUrl.origin : site === 'same-origin';
  if (isOwn && (headers.origin === undefined || headers.origin === publicUrl.origin)) return;
  throw new PolkuError('BAD_REQUEST', 'A session counts only in requests of the console itself.');
}

/** The page to open after the login: a path of this service, and nothing that leads elsewhere. */
function pageOf(wanted: string | null): string {
  return wanted !== null && /^\/(?:#\/[\w/-]*)?$/.test(wanted) ? wanted : '/';
}
