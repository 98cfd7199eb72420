import type { DecisionContext } from '../../schema/tokens/decisionContext.js';

/** What a fetch needs of the request that it serves; the `context` of GraphQLDataSource.process. */
export interface FetchContext {
  readonly decision: DecisionContext;
  /** The caller's own token, which travels to registries in other processes. */
  readonly callerToken: string;
  /** Aborted when the client has gone. */
  readonly signal?: AbortSignal | undefined;
}
