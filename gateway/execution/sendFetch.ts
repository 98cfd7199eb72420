import type { GraphQLDataSource } from '@apollo/gateway';
import { GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import type { FetchNode } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import type { PolkuError } from '../../schema/polkuError.js';
import type { FetchContext } from '../supergraph/fetchContext.js';
import type { DataSources } from '../supergraph/supergraph.js';
import { type DataObject, type DataPath, isDataObject } from './dataObject.js';
import { fromResponse, fromThrown, registryFailed } from './subgraphError.js';

/** What a registry answered to one fetch: data, or an error at least. */
export interface FetchResponse {
  readonly data: DataObject | undefined;
  /** The path lies in the registry's response; without one, the whole fetch has failed. */
  readonly errors: readonly { readonly path: DataPath | undefined; readonly error: PolkuError }[];
}

interface FetchRequest {
  readonly supergraph: { readonly dataSources: DataSources };
  readonly context: FetchContext;
}

/** Asks a registry by @apollo/gateway's contract; a registry that cannot be asked answers with one error without a path. */
export async function sendFetch(
  { serviceName, operation, operationName }: FetchNode,
  variables: Record<string, unknown>,
  { supergraph, context }: FetchRequest,
): Promise<FetchResponse> {
  context.signal?.throwIfAborted();
  const request = { query: operation, variables, ...(operationName !== undefined && { operationName }) };
  const dataSource: GraphQLDataSource<FetchContext> = supergraph.dataSources.get(serviceName)!;
  try {
    const { data, errors } = await dataSource.process({
      kind: GraphQLDataSourceRequestKind.INCOMING_OPERATION,
      request,
      context,
      // Our data sources need no more of the request than its context.
      incomingRequestContext: { request, context } as GatewayGraphQLRequestContext<FetchContext>,
    });
    const faults = (errors ?? []).map((error) => ({
      path: isPath(error.path) ? error.path : undefined,
      error: fromResponse(error, serviceName),
    }));
    if (isDataObject(data)) return { data, errors: faults };
    return failed(faults.length > 0 ? faults : [{ path: undefined, error: registryFailed(serviceName) }]);
  } catch (cause) {
    context.signal?.throwIfAborted();
    return failed([{ path: undefined, error: fromThrown(cause, serviceName) }]);
  }
}

function failed(errors: FetchResponse['errors']): FetchResponse {
  return { data: undefined, errors };
}

function isPath(path: unknown): path is DataPath {
  return Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
}
