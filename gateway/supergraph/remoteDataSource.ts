import type { KeyObject } from 'node:crypto';
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import type { GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { Pool } from 'undici';
import { isLoopback } from '../../schema/loopback.js';
import { PolkuError } from '../../schema/polkuError.js';
import { signCompositionContext } from '../../schema/tokens/compositionContext.js';
import { signDecisionContext } from '../../schema/tokens/decisionContext.js';
import type { FetchContext } from './fetchContext.js';

const TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 64 * 2 ** 20;

export interface RemoteSubgraph {
  readonly name: string;
  /** https, or http on this machine only. */
  readonly url: string;
  /** The gateway's Ed25519 key, which signs contexts for this subgraph. */
  readonly key: KeyObject;
}

export interface RemoteDataSource extends GraphQLDataSource<FetchContext> {
  close(): Promise<void>;
}

/**
 * A subgraph in another process (GraphQL over HTTP). What it is asked with proves who asks: the caller's own token and
 * the decision context, signed for this subgraph and this very body.
 * @throws PolkuError USAGE where the URL would send data in clear over a network
 */
export function remoteDataSource({ name, url, key }: RemoteSubgraph): RemoteDataSource {
  const target = readUrl(name, url);
  const pool = new Pool(target.origin, { maxResponseSize: MAX_RESPONSE_BYTES });

  async function process(
    options: GraphQLDataSourceProcessOptions<FetchContext>,
  ): Promise<GatewayGraphQLResponse> {
    const { query, operationName, variables } = options.request;
    const body = JSON.stringify({ query, operationName, variables });
    const forOperation = options.kind === GraphQLDataSourceRequestKind.INCOMING_OPERATION;
    const proof = forOperation ? await proveOperation(options.context, body) : await proveComposition();
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const gone = forOperation ? options.context.signal : undefined;
    try {
      const response = await pool.request({
        method: 'POST',
        path: target.pathname + target.search,
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json;q=0.9',
          ...proof,
        },
        body,
        signal: gone ? AbortSignal.any([gone, timeout]) : timeout,
      });
      return readResponse(await response.body.json());
    } catch (cause) {
      gone?.throwIfAborted();
      throw new PolkuError(
        'SUBGRAPH_UNAVAILABLE',
        'A registry did not answer.',
        { subgraph: name },
        { cause },
      );
    }
  }

  async function proveOperation({ decision, callerToken }: FetchContext, body: string) {
    const context = await signDecisionContext(decision, { audience: name, body, key });
    return { authorization: `Bearer ${callerToken}`, 'polku-context': context };
  }

  async function proveComposition() {
    return { 'polku-context': await signCompositionContext(name, key) };
  }

  return { process, close: () => pool.destroy() };
}

function readUrl(name: string, url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'https:') return target;
  if (target?.protocol === 'http:' && isLoopback(target.hostname)) return target;
  throw new PolkuError(
    'USAGE',
    `The subgraph ${name} needs a URL with https; plain http is taken on this machine only (http://localhost:...).`,
    { subgraph: name },
  );
}

/** Takes what a GraphQL response is made of and drops the rest, so that nothing else of a subgraph travels on. */
function readResponse(json: unknown): GatewayGraphQLResponse {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('Not a GraphQL response.');
  const { data, errors } = json as { data?: unknown; errors?: unknown };
  if (data !== undefined && (typeof data !== 'object' || Array.isArray(data)))
    throw new Error('Malformed data.');
  if (errors !== undefined && !isErrorList(errors)) throw new Error('Malformed errors.');
  if (data === undefined && errors === undefined) throw new Error('Neither data nor errors.');
  return { data, errors } as GatewayGraphQLResponse;
}

function isErrorList(errors: unknown): errors is readonly object[] {
  return Array.isArray(errors) && errors.every((error) => typeof error === 'object' && error !== null);
}
