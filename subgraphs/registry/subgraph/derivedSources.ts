import type { DecisionContext } from '../../../schema/tokens/decisionContext.js';
import { callerConditions } from '../enforcement/callerConditions.js';
import type { Sources } from './createSubgraph.js';

/**
 * What a subgraph without register data reads from. It knows no persons: conditions and marks on them were
 * enforced by the registries that feed it.
 */
export function derivedSources<Store>(store: Store): (decision: DecisionContext) => Sources<Store> {
  return (decision) => ({
    store,
    conditions: {
      ...callerConditions(decision),
      population: () => () => false,
      isShielded: () => false,
      bound: 0,
      sets: new Map(),
      isHidden: () => false,
    },
  });
}
