import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { Costs, StepBudget, TooManySteps } from './costs.js';
import { finishPlan } from './finishPlan.js';
import { PlanBuilder } from './planBuilder.js';
import { PlanningGraph } from './planningGraph.js';
import type { QueryPlan } from './queryPlan.js';
import { readJoins } from './readJoins.js';
import { PartialSelection, type FieldSelection, SelectionReader } from './selection.js';

/** The longest time for planning one operation, in milliseconds of its own. */
const DEADLINE_MS = 5_000;

/** One operation with the values of its conditions. */
export interface PlannedDocument {
  /** In normal form (federation/execution/normaliseOperation.ts). */
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables of `@skip` and `@include`. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Plans operations. */
export interface Planner {
  /**
   * Plans an operation, and yields to other work meanwhile.
   * @throws PolkuError OPERATION_TOO_LARGE, OPERATION_NOT_PLANNABLE
   */
  plan(document: PlannedDocument): Promise<QueryPlan>;
}

/** A supergraph, and how its fields are resolved. */
interface PlannedGraph {
  readonly graph: PlanningGraph;
  readonly costs: Costs;
}

/**
 * Plans operations over one supergraph. docs/planning.md explains the algorithm.
 */
export class QueryPlanner implements Planner {
  /** By the labels of `@override` that are on. */
  readonly #graphs = new Map<string, PlannedGraph>();
  readonly #joins;
  readonly #labels: readonly string[];

  /** @param supergraph the Federation 2 supergraph SDL that composition wrote */
  constructor(
    supergraph: DocumentNode,
    private readonly deadlineMs = DEADLINE_MS,
  ) {
    this.#joins = readJoins(supergraph);
    const labels = new Set<string>();
    for (const { fields } of this.#joins.types.values())
      for (const { joins } of fields)
        for (const { label } of joins) if (label !== undefined) labels.add(label);
    this.#labels = [...labels];
  }

  async plan(document: PlannedDocument): Promise<QueryPlan> {
    const scheduler = new CooperativeScheduler();
    const planned = this.#graphFor(document.operation);
    const steps = planSteps(document, planned);
    const budget = new StepBudget();
    let spent = 0;
    for (;;) {
      const began = performance.now();
      planned.costs.spend(budget);
      const { done, value } = steps.next();
      spent += performance.now() - began;
      if (done) return value;
      if (spent > this.deadlineMs) throw tooLarge();
      if (scheduler.shouldYield) await scheduler.yield();
    }
  }

  /**
   * A field with the label percent(n) is resolved by the subgraph that takes it over in n of a hundred
   * operations, always the same ones. Any other label is off.
   */
  #graphFor(operation: OperationDefinitionNode): PlannedGraph {
    const bucket = this.#labels.length > 0 ? bucketOf(operation) : 0;
    const on = new Set(this.#labels.filter((label) => bucket < percentOf(label)));
    const key = [...on].join();
    let made = this.#graphs.get(key);
    if (!made) {
      const graph = new PlanningGraph(this.#joins, (label) => on.has(label));
      this.#graphs.set(key, (made = { graph, costs: new Costs(graph) }));
    }
    return made;
  }
}

/** Plans an operation, with a pause after each step that may take long. */
function* planSteps(
  { operation, fragments, conditions }: PlannedDocument,
  { graph, costs }: PlannedGraph,
): Generator<undefined, QueryPlan> {
  const root = graph.root(operation.operation);
  if (root === undefined || operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw new PolkuError('OPERATION_NOT_PLANNABLE', `No subgraph can answer a ${operation.operation}.`);
  const reader = new SelectionReader({
    fragments,
    conditions,
    isOf: (type, condition) => graph.isOf(type, condition),
    keyOf: ({ alias, name }: FieldNode) => (alias ?? name).value,
  });
  const selection = reader.read([operation.selectionSet]);
  const builder = new PlanBuilder(graph, costs);
  try {
    if (operation.operation === OperationTypeNode.MUTATION) builder.mutation(selection, root);
    else {
      // One root field at a time, so that other work goes on between them. Choices are remembered.
      for (const part of eachField(selection, root)) {
        costs.estimate(part, root);
        yield;
      }
      for (const step of builder.query(selection, root)) yield step;
    }
  } catch (cause) {
    if (cause instanceof TooManySteps) throw tooLarge();
    throw cause;
  }
  yield;
  return finishPlan(builder.fetches, operation, graph);
}

function* eachField(selection: FieldSelection, root: string): Generator<FieldSelection> {
  for (const field of selection.of(root).fields) yield new PartialSelection(new Map([[root, [field]]]));
}

function percentOf(label: string): number {
  const [, percent] = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label) ?? [];
  return percent === undefined ? 0 : Number(percent);
}

/** A number from 0 to 99 by the text of an operation. */
function bucketOf(operation: OperationDefinitionNode): number {
  let hash = 0;
  for (const character of JSON.stringify(operation.selectionSet))
    hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % 100;
}

function tooLarge(): PolkuError {
  const message = 'The operation is too large to be planned. Ask in several smaller operations.';
  return new PolkuError('OPERATION_TOO_LARGE', message, { limit: 'planning' });
}
