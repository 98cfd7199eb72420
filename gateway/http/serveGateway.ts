import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedRevision } from '../../approvals/policy-revisions/revision.js';
import { respond, respondError, respondJson } from '../../federation/http/respond.js';
import { PolkuError } from '../../lib/errors.js';
import { type HttpServer, type ServerAddress, serveHttp } from '../../lib/httpServer.js';
import type { Readiness } from '../../lib/readiness.js';
import type { Gateway } from '../gateway.js';
import type { DevIssuer } from '../identity/devIssuer.js';
import { INTERNAL_MESSAGE } from '../operation/graphqlErrors.js';
import { POLICIES_PATH } from '../policy/followRevisions.js';
import { authorizationOf, respondSessionRoute, type SessionRoutes } from '../session/sessionRoutes.js';
import type { Sessions } from '../session/sessions.js';
import { createApolloServer } from './apolloServer.js';
import { openConsoleFiles } from './consoleFiles.js';
import { applyCors } from './cors.js';
import { respondDevRoute } from './devRoutes.js';
import { DECISION_HEADER, respondGraphql } from './graphqlRoute.js';
import { respondPolicies } from './policiesRoute.js';
import { RequestNote } from './requestNote.js';

export interface GatewayServerOptions {
  readonly gateway: Gateway;
  /** The issuer of `--dev`; without it there are no /dev routes. */
  readonly dev?: DevIssuer | undefined;
  /** The signed revisions of the policies; undefined with `--dev`, where nobody signs. */
  readonly revisions?: (() => Promise<readonly SignedRevision[]>) | undefined;
  /** What /readyz answers. Once it drains, each response closes its connection. */
  readonly readiness: Readiness;
  /** Origins of apps whose pages may ask at /graphql; default: none. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** How long a stopping server waits for the requests that it is answering. */
  readonly drainMs?: number | undefined;
  /** The sessions of the console; undefined where people have only their own tokens. */
  readonly sessions?: Sessions | undefined;
  /** The built console, served under `/`. */
  readonly consoleFolder?: string | undefined;
}

const REQUEST_MS = 30_000;

/**
 * Serves /graphql, /livez, /readyz, /policies/current, /session, the routes of `--dev`, and the console.
 * @throws PolkuError USAGE, ADDRESS_IN_USE
 */
export async function serveGateway(
  address: ServerAddress,
  options: GatewayServerOptions,
): Promise<HttpServer> {
  const { gateway, dev, revisions, sessions, consoleFolder, drainMs, readiness, corsOrigins = [] } = options;
  const consoleFiles = consoleFolder === undefined ? undefined : openConsoleFiles(consoleFolder);
  const apollo = createApolloServer(gateway);
  await apollo.start();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const note = new RequestNote(request);
    response.once('close', () => note.write(gateway.log, response, decisionOf(response)));
    if (readiness.isDraining) response.setHeader('connection', 'close');
    try {
      await route(request, response, note);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      const refusal = error instanceof PolkuError ? error : internal(error, response);
      const { status, code, details } = refusal;
      note.codes = [code];
      const isIdentity = code === 'UNAUTHENTICATED' || code === 'LOGIN_FAILED';
      const reason = isIdentity ? (details['reason'] as string) : undefined;
      const { authorization } = request.headers;
      gateway.noteRefusal({ status, code, reason, decisionId: decisionOf(response), authorization });
      respondError(response, refusal);
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse, note: RequestNote): Promise<void> {
    const url = target(request.url!);
    const { pathname, search } = url;
    const reading = request.method === 'GET' || request.method === 'HEAD';
    if (pathname === '/graphql' && applyCors(request, response, corsOrigins)) return;
    if (sessions) {
      if (await respondSessionRoute(request, response, url, sessionRoutes(sessions))) return;
    } else if (pathname === '/session' && reading)
      return respondJson(response, 200, { user: null, logins: [], personas: dev !== undefined });
    if (pathname === '/graphql') {
      // A session stands for the token that it keeps: from here on it is a request with a token.
      if (sessions) request.headers.authorization = await authorizationOf(request, response, sessions);
      if (request.method === 'GET' || request.method === 'POST')
        return respondGraphql(request, response, { apollo, gateway, search, note });
      return respond(response, 405, { allow: 'GET, POST' }, '');
    }
    if (pathname === '/livez' && reading) return respondJson(response, 200, { status: 'alive' });
    if (pathname === '/readyz' && reading) {
      const report = await readiness.check();
      return respondJson(response, report.status === 'ready' ? 200 : 503, report);
    }
    if (pathname === POLICIES_PATH && revisions && request.method === 'GET')
      return respondPolicies(request, response, { gateway, read: revisions });
    if (dev) {
      const { policy } = gateway;
      if (await respondDevRoute(request, response, { pathname, issuer: dev, policy })) return;
    }
    if (reading && consoleFiles?.(request, response, pathname)) return;
    respond(
      response,
      404,
      { 'content-type': 'text/plain; charset=utf-8' },
      'Not found. GraphQL is at /graphql.\n',
    );
  }

  function sessionRoutes(of: Sessions): SessionRoutes {
    return {
      sessions: of,
      identify: (token) => gateway.identify(token),
      policy: gateway.policy,
    };
  }

  function internal(error: unknown, response: ServerResponse): PolkuError {
    gateway.reportFault(error, decisionOf(response));
    return new PolkuError('INTERNAL_SERVER_ERROR', INTERNAL_MESSAGE);
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response);
  const server = await serveHttp(listener, address, {
    requestMs: REQUEST_MS,
    drainMs,
    log: gateway.log,
    refused: ({ status, code, details }) =>
      gateway.noteRefusal({ status, code, reason: details['reason'] as string }),
  });
  return {
    url: server.url,
    async close() {
      await server.close();
      await apollo.stop();
    },
  };
}

function decisionOf(response: ServerResponse): string | undefined {
  return response.getHeader(DECISION_HEADER) as string | undefined;
}

/** Path and search of a request. The client may send nothing else there (origin-form, RFC 9112 §3.2.1). */
function target(url: string): URL {
  if (url.startsWith('/')) return new URL(`http://polku.invalid${url}`);
  throw new PolkuError('BAD_REQUEST', 'Expected a request for a path of this server.');
}
