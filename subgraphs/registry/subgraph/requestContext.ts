import type { TaskClient } from '../../../schema/fairQueue.js';
import type { ObjectBudget } from '../../../schema/objectBudget.js';
import type { DecisionContext } from '../../../schema/tokens/decisionContext.js';
import type { Access } from '../enforcement/access.js';
import type { MergedPersons } from './mergedPersons.js';

/**
 * What a resolver may use while one request is answered: who asks, what they may see, and the registry's rows as they
 * stood when the request began.
 */
export interface RequestContext<Store = unknown> {
  readonly decision: DecisionContext;
  readonly access: Access;
  /** See mergedPersons.ts. */
  readonly mergedPersons: MergedPersons;
  readonly store: Store;
  /** For whom the gateway asks, where it is known when they go. */
  readonly client?: TaskClient | undefined;
  /** What is left of the objects that the answer may hold. */
  readonly budget: ObjectBudget;
}
