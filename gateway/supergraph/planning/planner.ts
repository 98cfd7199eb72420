import { operationFromDocument, Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, parse } from 'graphql';
import type { TaskClient } from '../../../schema/fairQueue.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { distinctRequirements } from './distinctRequirements.js';
import { resolvableKeysFirst } from './resolvableKeysFirst.js';
import { restorePlan } from './restorePlan.js';

/** For whom an operation is planned. */
export interface PlanRequester {
  /** Callers take turns. */
  readonly caller: string;
  readonly client: TaskClient | undefined;
}

/** Plans operations over one supergraph. */
export interface Planner {
  /** Resolves when it can plan. @throws what is wrong with the supergraph */
  readonly ready: Promise<void>;
  /**
   * @param operation the text of one operation, in its normal form (gateway/execution/normaliseOperation.ts)
   * @throws PolkuError GRAPHQL_VALIDATION_FAILED, OPERATION_TOO_LARGE, RATE_LIMITED
   */
  plan(operation: string, requester: PlanRequester): Promise<QueryPlan>;
  /** Ends when what is being planned has been planned. */
  close(): void;
}

/** Makes a function that plans where it is called. What is changed for the planner and in its plans: docs/decisions/execution.md. */
export function planOperations(sdl: string): (operation: string) => QueryPlan {
  const composed = resolvableKeysFirst(parse(sdl, { noLocation: true }));
  const distinct = distinctRequirements(composed);
  // A field that is required under other names only would be found to have no use where it is external.
  const validateSupergraph = distinct.supergraph === composed;
  const supergraph = FederatedSupergraph.build(distinct.supergraph, { validateSupergraph });
  const schema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);

  function read(document: DocumentNode): ReturnType<typeof operationFromDocument> {
    try {
      return operationFromDocument(schema, document);
    } catch (cause) {
      const message = 'The operation does not fit the schema.';
      throw new PolkuError('GRAPHQL_VALIDATION_FAILED', message, {}, { cause });
    }
  }

  return (text) => {
    const operation = read(parse(text, { noLocation: true }));
    try {
      return restorePlan(planner.buildQueryPlan(operation), distinct);
    } catch (cause) {
      throw new PolkuError('OPERATION_TOO_LARGE', 'The operation is too large to be planned.', {}, { cause });
    }
  };
}

/** Plans in this thread, which answers nobody meanwhile: for tests, and tools that serve nobody. */
export function planHere(sdl: string): Planner {
  const plan = planOperations(sdl);
  return { ready: Promise.resolve(), plan: async (operation) => plan(operation), close: () => {} };
}
