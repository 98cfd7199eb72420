import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import type { DataPath } from '../execution/dataObject.js';
import type { ObjectShape } from '../execution/responseShape.js';
import type { PlacedFetch, PlanGraph } from './fetchSelection.js';
import { fetchEntities, fetchFields } from './fetches.js';
import { keysOf } from './mergeFields.js';
import { type PlanContext, type PlanRequest, type PlanResult, PlanRun, type Step } from './planRun.js';
import { SharedRepresentations } from './representations.js';

/** A query plan that is compiled into functions. Immutable. */
export interface CompiledPlan {
  /** All fetches of the plan, whatever the values of the variables. */
  readonly fetches: readonly FetchNode[];
  /** The keys of the root type that the plan fetches, whatever the values of the variables. */
  readonly rootKeys: ReadonlySet<string>;
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
  { node }: QueryPlan,
  { schema, types }: PlanGraph,
  shape: ObjectShape | undefined,
): Promise<CompiledPlan> {
  const plan = node?.kind === 'Subscription' ? undefined : node;
  const fetches = plan ? fetchesOf(plan, []) : [];
  const representations = new SharedRepresentations({ schema, types });
  const required = requiredObjects(fetches);
  const scheduler = new CooperativeScheduler();
  const context = { schema, types, shape, fetches, required, representations, scheduler };
  const step = plan && (await compileNode(plan, [], context));
  const rootFetches = fetches.filter(({ path }) => path.length === 0);
  return {
    fetches: fetches.map(({ node: fetch }) => fetch),
    rootKeys: new Set(rootFetches.flatMap((fetch) => [...keysOf(fetch)])),
    async run(request) {
      const run = new PlanRun(request);
      await step?.(run);
      return run;
    },
  };
}

async function compileNode(node: PlanNode, path: DataPath, context: PlanContext): Promise<Step> {
  switch (node.kind) {
    case 'Sequence': {
      const steps = await compileNodes(node.nodes, path, context);
      return async (run) => {
        for (const step of steps) await step(run);
      };
    }
    case 'Parallel': {
      const steps = await compileNodes(node.nodes, path, context);
      return async (run) => {
        await Promise.all(steps.map((step) => step(run)));
      };
    }
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path], context);
    case 'Condition': {
      const yes = node.ifClause && (await compileNode(node.ifClause, path, context));
      const no = node.elseClause && (await compileNode(node.elseClause, path, context));
      return async (run) => (run.request.variables[node.condition] === true ? yes : no)?.(run);
    }
    case 'Fetch':
      if (context.scheduler.shouldYield) await context.scheduler.yield();
      return node.requires
        ? fetchEntities({ node, path }, node.requires, context)
        : fetchFields({ node, path }, context);
    case 'Defer':
      throw new TypeError('Plans are made without @defer.');
  }
}

async function compileNodes(
  nodes: readonly PlanNode[],
  path: DataPath,
  context: PlanContext,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const node of nodes) steps.push(await compileNode(node, path, context));
  return steps;
}

function fetchesOf(node: PlanNode, path: DataPath): PlacedFetch[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((child) => fetchesOf(child, path));
    case 'Flatten':
      return fetchesOf(node.node, [...path, ...node.path]);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((child) => (child ? fetchesOf(child, path) : []));
    case 'Fetch':
      return [{ node, path }];
    case 'Defer':
      return [];
  }
}

/** Returns the keys of objects that representations copy in part. */
function requiredObjects(fetches: readonly PlacedFetch[]): ReadonlySet<string> {
  const keys = new Set<string>();
  const gather = (selections: readonly QueryPlanSelectionNode[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'Field' && selection.selections) keys.add(selection.alias ?? selection.name);
      gather(selection.selections ?? []);
    }
  };
  for (const { node } of fetches) gather(node.requires ?? []);
  return keys;
}
