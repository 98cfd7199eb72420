import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type ErrorCode, PolkuError } from '../../lib/errors.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import {
  type HttpServer,
  requireClientCertificates,
  type ServerAddress,
  serveHttp,
} from '../../lib/httpServer.js';
import type { Log } from '../../lib/log.js';
import { parseJson } from '../../lib/parseJson.js';
import { readBody } from '../../lib/requestBody.js';
import { writeRequestLine } from '../../lib/requestLine.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import type { Subgraph, SubgraphRequest } from '../../schema/subgraph.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { verifyDecisionContext } from '../../schema/tokens/decisionContext.js';
import { contextRefused, verifyCompositionContext } from '../../schema/tokens/gatewayContext.js';
import { type AnswerObservation, type ObserveAnswer, unobservedAnswer } from './observedAnswer.js';

/** Enough for the representations of a large page with its feeds, and far more than a gateway sends. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const REQUEST_MS = 60_000;
/** The one operation that a gateway may send on its own behalf. */
const SDL_QUERY = /^\s*query\s+\w+\s*\{\s*_service\s*\{\s*sdl\s*\}\s*\}\s*$/;

export interface ServeOptions {
  /** The public keys of the only gateway that is answered: two while it rotates its key. */
  readonly gatewayKeys: readonly KeyObject[];
  /** The issuers of callers' tokens, which are verified here again. */
  readonly trusted: readonly TrustedIssuer[];
  /** Waits a moment for a policy revision that the gateway already has. */
  readonly catchUp: (revision: string) => Promise<void>;
  /** Observes requests for operators; by default nobody does. */
  readonly observe?: ObserveAnswer | undefined;
  /** Receives refused requests. */
  readonly securityEvents: SecurityEvents;
  /** Gets a line for each request, and unexpected errors. The gateway gets no details of them. */
  readonly log: Log;
}

/** What the log says about a request. It has neither the caller nor what was asked. */
interface SeenRequest {
  decisionId?: string;
  purpose?: string;
  code?: ErrorCode;
  /** The gateway asks for the schema each second. */
  isProbe?: true;
}

/** Who waits for a request, and who watches it. */
interface Watched {
  readonly client: TaskClient;
  readonly observation: AnswerObservation;
  readonly seen: SeenRequest;
}

/**
 * Serves one subgraph over HTTP in its own department. It answers only requests with a gateway's signed
 * context. Every other request gets the same refusal.
 * @throws PolkuError USAGE, ADDRESS_IN_USE, TLS_FILE_INVALID, TLS_KEY_MISMATCH, TLS_CERTIFICATE_EXPIRED
 */
export async function serveSubgraph(
  subgraph: Subgraph,
  address: ServerAddress,
  options: ServeOptions,
): Promise<HttpServer> {
  requireClientCertificates(address);
  return serveHttp(listenerFor(subgraph, options), address, {
    requestMs: REQUEST_MS,
    log: options.log,
    refused: ({ status, code, details }) =>
      options.securityEvents.refused({
        status,
        code,
        reason: details['reason'] as string,
        peer: details['peer'] as string | undefined,
      }),
  });
}

/** Notices when the gateway closes the connection because nobody waits for the answer any more. */
function watch(response: ServerResponse): TaskClient {
  let gone = false;
  response.once('close', () => (gone = !response.writableFinished));
  return {
    throwIfAborted() {
      if (gone) throw new Error('The gateway has gone.');
    },
  };
}

function listenerFor(subgraph: Subgraph, options: ServeOptions): RequestListener {
  return (request, response) => {
    const seen: SeenRequest = {};
    const begun = performance.now();
    response.once('close', () => {
      const { purpose, decisionId, code, isProbe } = seen;
      if (isProbe) return;
      const codes = code === undefined ? [] : [code];
      writeRequestLine(options.log, response, begun, { route: 'graphql', codes, purpose, decisionId });
    });
    const observation = options.observe?.() ?? unobservedAnswer;
    const send = (status: number, body: unknown, code?: ErrorCode) => {
      const text = JSON.stringify(body);
      observation.end(code);
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        // An unread body is not received either.
        ...(!request.complete && { connection: 'close' }),
      });
      response.end(text);
    };
    const refuse = ({ status, message, code, details }: PolkuError) => {
      seen.code = code;
      const { authorization } = request.headers;
      options.securityEvents.refused({ status, code, reason: details['reason'] as string, authorization });
      send(status, { errors: [{ message, extensions: { code } }] }, code);
    };
    const client = watch(response);
    answer(subgraph, request, { client, observation, seen }, options)
      .then((body) => send(200, body))
      .catch((error: unknown) => {
        if (response.headersSent) return response.destroy();
        if (error instanceof PolkuError) return refuse(error);
        options.log.fault('fault', error, { decisionId: seen.decisionId });
        refuse(new PolkuError('INTERNAL_SERVER_ERROR', 'The registry could not answer.'));
      });
  };
}

async function answer(
  subgraph: Subgraph,
  request: IncomingMessage,
  { client, observation, seen }: Watched,
  options: ServeOptions,
): Promise<unknown> {
  const context = header(request, 'polku-context');
  const authorization = header(request, 'authorization');
  // The body is read only after the context is verified. A sender without one could send a large body.
  if (request.method !== 'POST') throw contextRefused('method');
  if (context === undefined) throw contextRefused('no-context');
  let reading: Promise<string> | undefined;
  const body = () => (reading ??= readBody(request, MAX_BODY_BYTES));
  if (authorization === undefined) {
    await verifyCompositionContext(context, subgraph.name, options.gatewayKeys);
    if (!SDL_QUERY.test(readRequest(await body()).query)) throw contextRefused('no-caller-token');
    seen.isProbe = true;
    return { data: { _service: { sdl: subgraph.sdl } } };
  }
  const tokens = { context, caller: authorization.replace(/^Bearer /i, '') };
  const { gatewayKeys, trusted } = options;
  const decision = await verifyDecisionContext(tokens, {
    audience: subgraph.name,
    body,
    gatewayKeys,
    trusted,
  });
  seen.decisionId = decision.decisionId;
  seen.purpose = decision.purpose;
  observation.noteVerified(decision, header(request, 'traceparent'));
  await options.catchUp(decision.revision);
  const asked = readRequest(await body());
  return observation.execute(() => subgraph.execute(asked, decision, client));
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function readRequest(body: string): SubgraphRequest {
  const value = parsed(body) as Partial<SubgraphRequest> | null;
  if (typeof value?.query !== 'string') throw contextRefused('no-request');
  return { query: value.query, operationName: value.operationName, variables: value.variables };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw contextRefused('no-request');
  }
}
