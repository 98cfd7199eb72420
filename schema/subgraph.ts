import type { ExecutionResult } from 'graphql';
import type { TaskClient } from '../lib/fairQueue.js';
import type { DecisionContext } from './tokens/decisionContext.js';

/** A GraphQL request to a subgraph, as in GraphQL over HTTP. */
export interface SubgraphRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A subgraph in this process or in another one. It answers only with a decision context. In one process the
 * context is passed by reference. Between processes it is signed.
 */
export interface Subgraph {
  readonly name: string;
  /** Federation 2 SDL. */
  readonly sdl: string;
  /** @param client the waiting client; if it disconnects, work that has not begun is skipped */
  execute(request: SubgraphRequest, context: DecisionContext, client?: TaskClient): Promise<ExecutionResult>;
}
