import type { IncomingMessage, ServerResponse } from 'node:http';
import { Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { InvalidOperation } from '../../federation/execution/validation.js';
import { PolkuError } from '../../lib/errors.js';
import { serveHttp } from '../../lib/httpServer.js';
import { defaultLimits } from '../execution/limits.js';
import { acceptedType, type AnswerType, readGraphqlRequest } from '../http/graphqlRequest.js';
import { respond, respondJson, watchClient } from '../http/respond.js';
import { RawJson } from '../plan/rawFields.js';
import { remoteDataSource, type RemoteDataSource } from '../supergraph/remoteDataSource.js';
import { buildSupergraph, type Supergraph } from '../supergraph/supergraph.js';
import { BareGateway } from './bareGateway.js';

export interface BareServer {
  readonly url: URL;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  close(): Promise<void>;
}

const REQUEST_MS = 30_000;

interface BareOptions {
  readonly sdl: string;
  readonly port: number;
  readonly reportFault: (fault: unknown) => void;
}

/**
 * Serves a supergraph at /graphql, on this machine only, because callers are not identified.
 * @throws PolkuError SUPERGRAPH_INVALID, BARE_GATEWAY_REFUSES, ADDRESS_IN_USE
 */
export async function serveBare({ sdl, port, reportFault }: BareOptions): Promise<BareServer> {
  const { supergraph, subgraphs, close } = openSupergraph(sdl);
  const gateway = new BareGateway(supergraph);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname, search = ''] = request.url!.split(/\?(.*)/s, 2);
    if (pathname === '/health') return respondJson(response, 200, { status: 'ok' });
    if (pathname !== '/graphql') return respond(response, 404, {}, '');
    if (request.method !== 'GET' && request.method !== 'POST')
      return respond(response, 405, { allow: 'GET, POST' }, '');
    const type = acceptedType(request.headers.accept);
    if (!type) return respond(response, 406, {}, '');
    const { status, result } = await answerGraphql(request, response, search, type);
    respond(response, status, { 'content-type': `${type}; charset=utf-8` }, RawJson.stringify(result));
  }

  async function answerGraphql(
    request: IncomingMessage,
    response: ServerResponse,
    search: string,
    type: AnswerType,
  ): Promise<{ readonly status: number; readonly result: ExecutionResult }> {
    const signal = watchClient(response);
    try {
      const graphqlRequest = await readGraphqlRequest(request, search, defaultLimits.bodyBytes);
      return { status: 200, result: await gateway.execute(graphqlRequest, signal) };
    } catch (error) {
      const { status, isMalformed, errors } = refusalOf(error, reportFault);
      if (status === 405) response.setHeader('allow', 'POST');
      // GraphQL over HTTP §6.4.1: for this media type a well-formed request gets 200, whatever is wrong with
      // its operation.
      const isHidden = type === 'application/json' && status === 400 && !isMalformed;
      return { status: isHidden ? 200 : status, result: { errors } };
    }
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      reportFault(error);
      response.destroy();
    });
  };
  const server = await serveHttp(listener, { host: '127.0.0.1', port }, { requestMs: REQUEST_MS });
  return {
    url: new URL('/graphql', server.url),
    subgraphs,
    async close() {
      await server.close();
      await close();
    },
  };
}

/** Why nothing was executed, as the client receives it. */
interface Refusal {
  readonly status: number;
  /** Whether the request is not a GraphQL request, whatever its operation. */
  readonly isMalformed: boolean;
  readonly errors: readonly GraphQLError[];
}

/**
 * Converts the error that ended a request. An unexpected error is reported, and the client learns no details.
 */
function refusalOf(error: unknown, reportFault: (fault: unknown) => void): Refusal {
  if (error instanceof InvalidOperation) return { status: 400, isMalformed: false, errors: error.errors };
  if (error instanceof GraphQLError) return { status: 400, isMalformed: false, errors: [unparsed(error)] };
  if (!(error instanceof PolkuError)) {
    reportFault(error);
    return refusalOf(new PolkuError('INTERNAL_SERVER_ERROR', 'Something broke inside.'), reportFault);
  }
  const { status, code, message, details } = error;
  const graphqlError = new GraphQLError(message, { extensions: { ...details, code } });
  return { status, isMalformed: code === 'BAD_REQUEST', errors: [graphqlError] };
}

function unparsed({ message, source, positions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}

/** No headers: callers are not identified. */
const noProof = { forOperation: () => undefined, forComposition: () => undefined };

/** Types that exist only in supergraphs over registries of Polku. */
const ownTypes = ['PersonID', 'FamilyID', 'ContactID', 'Feed', 'IdentityCode'];

interface OpenSupergraph {
  readonly supergraph: Supergraph;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  close(): Promise<void>;
}

/**
 * Opens a composed supergraph over the subgraphs that it names.
 * @param sdl the Federation 2 supergraph SDL that composition wrote
 * @throws PolkuError SUPERGRAPH_INVALID, BARE_GATEWAY_REFUSES
 */
function openSupergraph(sdl: string): OpenSupergraph {
  const subgraphs = subgraphsOf(sdl);
  const sources = new Map<string, RemoteDataSource>(
    subgraphs.map(({ name, url }) => [
      name,
      remoteDataSource({ name, url: readUrl(name, url), proof: noProof }),
    ]),
  );
  const supergraph = buildSupergraph(sdl, sources);
  const own = ownTypes.filter((name) => supergraph.schema.getType(name));
  if (own.length > 0) {
    throw new PolkuError(
      'BARE_GATEWAY_REFUSES',
      `This supergraph has the types ${own.join(', ')}, so it is over registries of Polku. Only a gateway with identities and policies may serve their data: polku serve.`,
      { types: own },
    );
  }
  const close = async () => {
    await Promise.all([...sources.values()].map((source) => source.close()));
  };
  return { supergraph, subgraphs, close };
}

function subgraphsOf(sdl: string): OpenSupergraph['subgraphs'] {
  try {
    return FederatedSupergraph.build(sdl).subgraphsMetadata();
  } catch (cause) {
    const message = `The file is not a Federation 2 supergraph: ${(cause as Error).message}`;
    throw new PolkuError('SUPERGRAPH_INVALID', message, {}, { cause });
  }
}

function readUrl(name: string, url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new PolkuError(
    'SUPERGRAPH_INVALID',
    `The subgraph ${name} needs an address by http or https; the supergraph says "${url}".`,
    { subgraph: name },
  );
}
