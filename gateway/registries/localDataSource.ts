import type { DataSource } from '../../federation/supergraph/dataSource.js';
import type { Subgraph } from '../../schema/subgraph.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { type RequestObservation, unobserved } from '../observation/requestObservation.js';

/** The requester that a registry gets a request for. */
export class RegistryRequester {
  /**
   * @param callerToken the caller's own token, which registries in other processes verify
   * @param traceparent by which a registry in another process continues the trace of the fetch
   */
  constructor(
    readonly decision: DecisionContext,
    readonly callerToken: string,
    readonly observation: RequestObservation = unobserved,
    readonly traceparent: string | undefined = observation.unsampled,
  ) {}

  /** @throws TypeError for a request without identities */
  static of(requester: unknown): RegistryRequester {
    if (requester instanceof RegistryRequester) return requester;
    throw new TypeError('A registry answers under a decision context only.');
  }

  tracedAs(traceparent: string): RegistryRequester {
    return new RegistryRequester(this.decision, this.callerToken, this.observation, traceparent);
  }
}

/** A subgraph of this process. It receives the decision context and the feeds by reference. */
export function localDataSource(subgraph: Subgraph): DataSource {
  return {
    async fetch({ query, operationName, variables: own, representations }, { requester, signal, onSend }) {
      const { decision } = RegistryRequester.of(requester);
      const variables = representations ? { ...own, representations: representations.values } : own;
      onSend?.();
      return subgraph.execute({ query, operationName, variables }, decision, signal);
    },
  };
}
