import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PolkuError } from '../../lib/errors.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import { isLoopback } from '../../lib/loopback.js';
import { parseJson } from '../../lib/parseJson.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import type { Subgraph, SubgraphRequest } from '../../schema/subgraph.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { verifyDecisionContext } from '../../schema/tokens/decisionContext.js';
import { contextRefused, verifyCompositionContext } from '../../schema/tokens/gatewayContext.js';

/** Enough for the representations of a large page with its feeds, and far more than a gateway sends. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** The one operation that a gateway may send on its own behalf. */
const SDL_QUERY = /^\s*query\s+\w+\s*\{\s*_service\s*\{\s*sdl\s*\}\s*\}\s*$/;

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** The public key of the only gateway that is answered. */
  readonly gatewayKey: KeyObject;
  /** The issuer of callers' tokens, which are verified here again. */
  readonly trusted: TrustedIssuer;
  /** Waits a moment for a policy revision that the gateway already has. */
  readonly catchUp: (revision: string) => Promise<void>;
  /** Receives refused requests. */
  readonly securityEvents: SecurityEvents;
  /** Receives unexpected errors. The gateway gets no details of them. */
  readonly reportFault: (fault: unknown) => void;
  /** Files of certificate and key; without them the server accepts only the loopback interface. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** A listening subgraph. */
export interface RunningSubgraph {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves one subgraph over HTTP in its own department. It answers only requests with a gateway's signed
 * context. Every other request gets the same refusal.
 */
export async function serveSubgraph(subgraph: Subgraph, options: ServeOptions): Promise<RunningSubgraph> {
  const { host, port, tls } = options;
  if (!tls && !isLoopback(host)) {
    throw new PolkuError(
      'USAGE',
      `A subgraph that listens on ${host} needs --tls-cert and --tls-key; without them it serves loopback only.`,
    );
  }
  const listener = listenerFor(subgraph, options);
  const server: Server = tls
    ? createHttpsServer(
        { cert: await readFile(tls.cert), key: await readFile(tls.key), minVersion: 'TLSv1.2' },
        listener,
      )
    : createHttpServer(listener);
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeIdleConnections();
      }),
  };
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

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new PolkuError(
              'ADDRESS_IN_USE',
              `Port ${port} on ${host} is in use; choose another with --port.`,
              {},
              { cause },
            )
          : cause,
      ),
    );
    server.listen(port, host, resolve);
  });
}

function listenerFor(subgraph: Subgraph, options: ServeOptions): RequestListener {
  return (request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        // An unread body is not received either.
        ...(!request.complete && { connection: 'close' }),
      });
      response.end(JSON.stringify(body));
    };
    const refuse = ({ status, message, code, details }: PolkuError) => {
      const { authorization } = request.headers;
      options.securityEvents.refused({ status, code, reason: details['reason'] as string, authorization });
      send(status, { errors: [{ message, extensions: { code } }] });
    };
    const client = watch(response);
    answer(subgraph, request, client, options)
      .then((body) => send(200, body))
      .catch((error: unknown) => {
        if (response.headersSent) return response.destroy();
        if (error instanceof PolkuError) return refuse(error);
        options.reportFault(error);
        refuse(new PolkuError('INTERNAL_SERVER_ERROR', 'The registry could not answer.'));
      });
  };
}

async function answer(
  subgraph: Subgraph,
  request: IncomingMessage,
  client: TaskClient,
  options: ServeOptions,
): Promise<unknown> {
  const context = header(request, 'polku-context');
  const authorization = header(request, 'authorization');
  // The body is read only after the context is verified. A sender without one could send a large body.
  if (request.method !== 'POST') throw contextRefused('method');
  if (context === undefined) throw contextRefused('no-context');
  let reading: Promise<string> | undefined;
  const body = () => (reading ??= readBody(request));
  if (authorization === undefined) {
    await verifyCompositionContext(context, subgraph.name, options.gatewayKey);
    if (!SDL_QUERY.test(readRequest(await body()).query)) throw contextRefused('no-caller-token');
    return { data: { _service: { sdl: subgraph.sdl } } };
  }
  const tokens = { context, caller: authorization.replace(/^Bearer /i, '') };
  const { gatewayKey, trusted } = options;
  const decision = await verifyDecisionContext(tokens, {
    audience: subgraph.name,
    body,
    gatewayKey,
    trusted,
  });
  await options.catchUp(decision.revision);
  return subgraph.execute(readRequest(await body()), decision, client);
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new PolkuError('REQUEST_TOO_LARGE', `Expected at most ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
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
