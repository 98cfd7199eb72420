import type { GraphQLDataSource } from '@apollo/gateway';
import { GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import type { GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import type { Subgraph } from '../../schema/subgraph.js';
import type { FetchContext } from './fetchContext.js';

/** A subgraph of this process: the decision context and the feeds are handed over by reference. */
export function inProcessDataSource(subgraph: Subgraph): GraphQLDataSource<FetchContext> {
  return {
    async process(options) {
      if (options.kind !== GraphQLDataSourceRequestKind.INCOMING_OPERATION)
        return { data: { _service: { sdl: subgraph.sdl } } };
      const { query, operationName, variables } = options.request;
      const request = { query: query!, operationName, variables };
      const { data, errors } = await subgraph.execute(request, options.context.decision);
      return { data, errors } as GatewayGraphQLResponse;
    },
  };
}
