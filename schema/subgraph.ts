import type { ExecutionResult } from 'graphql';
import type { TaskClient } from '../lib/fairQueue.js';
import type { DecisionContext } from './tokens/decisionContext.js';

/** A GraphQL request to a subgraph, as GraphQL over HTTP has it. */
export interface SubgraphRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A subgraph as the gateway sees it, in this process or another. It answers only under a decision context, which in one
 * process is handed over by reference and between processes is signed.
 */
export interface Subgraph {
  readonly name: string;
  /** Federation 2 SDL. */
  readonly sdl: string;
  /** @param client for whom it is asked: where they have gone, work that has not begun is left out */
  execute(request: SubgraphRequest, context: DecisionContext, client?: TaskClient): Promise<ExecutionResult>;
}
