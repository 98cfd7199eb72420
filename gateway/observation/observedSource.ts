import type { SubgraphSource } from '../../federation/supergraph/supergraph.js';
import { RegistryRequester } from '../registries/localDataSource.js';

/** Observes each fetch from a subgraph as a part of the request that it serves. */
export function observedSource({ contract, dataSource }: SubgraphSource): SubgraphSource {
  return {
    contract,
    dataSource: {
      fetch(fetch, context) {
        const requester = RegistryRequester.of(context.requester);
        return requester.observation.fetch(contract.name, context.signal, (traceparent) =>
          dataSource.fetch(
            fetch,
            traceparent === undefined ? context : { ...context, requester: requester.tracedAs(traceparent) },
          ),
        );
      },
    },
  };
}
