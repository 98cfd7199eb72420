import '../telemetryOff.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { PolkuError } from '../../schema/polkuError.js';
import { ClosedText } from '../execution/program/closedText.js';
import type { ClientSignal } from '../supergraph/clientSignal.js';
import { readBody } from './readBody.js';
import { respond } from './respond.js';
import { watchClient } from './watchClient.js';

export interface GraphqlExchange<Context extends BaseContext> {
  readonly apollo: ApolloServer<Context>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The query of the URL, from its `?` on. */
  readonly search: string;
  readonly bodyBytes: number;
  /** @param signal aborted when the client has gone */
  context(headers: HeaderMap, signal: ClientSignal): Promise<Context>;
}

/**
 * GraphQL over HTTP: hands a request to Apollo Server, by the entry that knows no web framework, and its answer back.
 * @throws PolkuError REQUEST_TOO_LARGE, BAD_REQUEST
 */
export async function answerGraphql<Context extends BaseContext>(
  exchange: GraphqlExchange<Context>,
): Promise<void> {
  const { apollo, request, response, search, bodyBytes } = exchange;
  const signal = watchClient(response);
  const headers = headerMap(request);
  const body = parseBody(headers, await readBody(request, bodyBytes));
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method!, headers, search, body },
    context: () => exchange.context(headers, signal),
  });
  if (answer.body.kind !== 'complete') throw new Error('The gateway answers in one piece.');
  const { string } = answer.body;
  respond(response, answer.status ?? 200, Object.fromEntries(answer.headers), string);
}

/** Options of Apollo Server that every gateway here has. */
export const apolloOptions = {
  // What is valid depends on who asks for what, and limits come first, so the gateway validates. Apollo's store of
  // documents is keyed by their text alone; it holds what was parsed and no word of what was found valid.
  dangerouslyDisableValidation: true,
  introspection: true,
  persistedQueries: false,
  allowBatchedHttpRequests: false,
  includeStacktraceInErrorResponses: false,
  stopOnTerminationSignals: false,
  stringifyResult: (result: unknown) => `${ClosedText.stringify(result)}\n`,
} as const;

/** Nothing reports home, and nothing is written into an answer but the answer. */
export const silentPlugins = [
  ApolloServerPluginUsageReportingDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginLandingPageDisabled(),
];

function headerMap(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}

/** Anything but JSON is left to Apollo Server to refuse, which knows a forged request of another site by it. */
function parseBody(headers: HeaderMap, body: string): unknown {
  if (body === '' || !headers.get('content-type')?.startsWith('application/json')) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new PolkuError('BAD_REQUEST', 'The body is not JSON.');
  }
}
