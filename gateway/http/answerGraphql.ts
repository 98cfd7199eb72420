import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { PolkuError } from '../../schema/polkuError.js';
import type { GatewayContext } from '../gatewayRequest.js';
import type { ClientSignal } from '../supergraph/clientSignal.js';
import { readBody } from './readBody.js';
import { respond } from './respond.js';
import { watchClient } from './watchClient.js';

export interface GraphqlExchange {
  readonly apollo: ApolloServer<GatewayContext>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The query of the URL, from its `?` on. */
  readonly search: string;
  readonly bodyBytes: number;
  /** @param signal aborted when the client has gone */
  context(headers: HeaderMap, signal: ClientSignal): Promise<GatewayContext>;
}

/**
 * GraphQL over HTTP: hands a request to Apollo Server, by the entry that knows no web framework, and its answer back.
 * @throws PolkuError REQUEST_TOO_LARGE, BAD_REQUEST
 */
export async function answerGraphql(exchange: GraphqlExchange): Promise<void> {
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
