import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import type { ObjectShape } from '../execution/responseShape.js';
import type { FetchNode, QueryPlan, RepresentedField } from '../planning/queryPlan.js';
import type { PlanGraph } from './fetchSelection.js';
import { fetchEntities, fetchFields } from './fetches.js';
import { type PlanRequest, type PlanResult, PlanRun, type Step } from './planRun.js';
import { SharedRepresentations } from './representations.js';
import { TouchedKeys } from './touchedKeys.js';

/** A query plan that is compiled into functions. Immutable. */
export interface CompiledPlan {
  readonly fetches: readonly FetchNode[];
  /**
   * Fetches from the subgraphs. Their errors are part of the result; an aborted request throws.
   * @throws PolkuError OPERATION_TOO_LARGE where the answer would be too large
   */
  run(request: PlanRequest): Promise<PlanResult>;
}

/**
 * Compiles a query plan and yields to other work meanwhile. It computes here, once, what is the same in every
 * run.
 */
export async function compilePlan(
  { fetches }: QueryPlan,
  { schema, types }: PlanGraph,
  shape: ObjectShape,
): Promise<CompiledPlan> {
  const scheduler = new CooperativeScheduler();
  const context = {
    schema,
    types,
    shape,
    touched: new TouchedKeys(fetches),
    required: requiredObjects(fetches),
    representations: new SharedRepresentations({ schema, types }),
  };
  const steps: Step[] = [];
  for (const fetch of fetches) {
    if (scheduler.shouldYield) await scheduler.yield();
    steps.push(fetch.isEntityFetch ? fetchEntities(fetch, context) : fetchFields(fetch, context));
  }
  return {
    fetches,
    async run(request) {
      const run = new PlanRun(request);
      // Each fetch begins as soon as those before it have been answered.
      const answered: Promise<void>[] = [];
      for (const [index, { after }] of fetches.entries()) {
        const step = steps[index]!;
        const ready = after.length === 0 ? undefined : Promise.all(after.map((other) => answered[other]));
        answered.push(ready ? ready.then(() => step(run)) : step(run));
      }
      await Promise.all(answered);
      return run;
    },
  };
}

/** Returns the keys of objects that representations copy in part. */
function requiredObjects(fetches: readonly FetchNode[]): ReadonlySet<string> {
  const keys = new Set<string>();
  const gather = (fields: readonly RepresentedField[]): void => {
    for (const { key, objects } of fields) {
      if (!objects) continue;
      keys.add(key);
      for (const object of objects) gather(object.fields);
    }
  };
  for (const { places } of fetches)
    for (const { entities } of places) for (const { fields } of entities) gather(fields);
  return keys;
}
