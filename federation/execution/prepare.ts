import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  type OperationDefinitionNode,
  separateOperations,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { fragmentsOf } from '../../lib/collectFields.js';
import { PolkuError } from '../../lib/errors.js';
import { compilePlan, type CompiledPlan } from '../plan/compilePlan.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { normaliseOperation, type OperationVariable } from './normaliseOperation.js';
import { type ObjectShape, selectEntities, shapeOf } from './responseShape.js';
import type { VariableValues } from './variables.js';

/**
 * One operation in its normal form (normaliseOperation.ts). Its variables can be read before it is planned.
 * Immutable.
 */
export interface NormalForm {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: readonly OperationVariable[];
  /** The names of the variables of @skip and @include. */
  readonly conditions: readonly string[];
}

/** An operation that is planned for the values of its conditions. It can be executed any number of times. */
export interface PreparedOperation extends NormalForm {
  readonly plan: CompiledPlan;
  /** What the response looks like. */
  readonly shape: ObjectShape;
}

/**
 * Brings one operation of a document into its normal form.
 * @param document valid against the schema that the caller may see
 * @throws PolkuError OPERATION_RESOLUTION_FAILURE
 */
export function normalForm(
  document: DocumentNode,
  operationName: string | undefined,
  supergraph: Supergraph,
): NormalForm {
  const normal = normaliseOperation(separateOperation(document, operationName), supergraph);
  const { document: alone } = normal;
  return { ...normal, operation: getOperationAST(alone)!, fragments: fragmentsOf(alone) };
}

/**
 * Plans an operation. Yields to other work during long computations. Conditions are planned by their values,
 * so that a field that is left out leaves nothing behind: no fetch, no key, no requirement.
 * @throws PolkuError OPERATION_TOO_LARGE, OPERATION_NOT_PLANNABLE
 */
export async function prepareOperation(
  form: NormalForm,
  supergraph: Supergraph,
  values: VariableValues,
): Promise<PreparedOperation> {
  const { document, operation, fragments } = form;
  const { apiSchema, types, planner } = supergraph;
  const conditions = conditionsOf(form, values);
  const shape = shapeOf(operation, { schema: apiSchema, types, fragments, conditions });
  const planned = selectEntities(document, apiSchema, types);
  const plan = await planner.plan({
    operation: getOperationAST(planned)!,
    fragments: fragmentsOf(planned),
    conditions,
  });
  return { ...form, plan: await compilePlan(plan, supergraph, shape), shape };
}

/** The values of the variables of @skip and @include. */
function conditionsOf({ conditions }: NormalForm, values: VariableValues): VariableValues {
  return Object.fromEntries(conditions.map((name) => [name, values[name]]));
}

/** An operation is cached for so many combinations of its conditions. */
const MAX_VARIANTS = 8;

/** What was made of one operation for the values of its conditions. A failure is not remembered. */
export class OperationVariants<Made> {
  readonly #made = new LRUCache<string, Promise<Made>>({ max: MAX_VARIANTS });

  constructor(
    private readonly form: NormalForm,
    private readonly make: (values: VariableValues) => Promise<Made>,
  ) {}

  for(values: VariableValues): Promise<Made> {
    const key = JSON.stringify(conditionsOf(this.form, values));
    const known = this.#made.get(key);
    if (known) return known;
    const made = this.make(values);
    this.#made.set(key, made);
    made.catch(() => {
      if (this.#made.peek(key) === made) this.#made.delete(key);
    });
    return made;
  }
}

/** Returns the requested operation with the fragments that it uses, and nothing else. */
function separateOperation(document: DocumentNode, operationName: string | undefined): DocumentNode {
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const expected =
      operationName === undefined ? 'exactly one operation, or the name of one' : 'an operation of that name';
    throw new PolkuError('OPERATION_RESOLUTION_FAILURE', `Expected ${expected} in the document.`);
  }
  return separateOperations(document)[operation.name?.value ?? '']!;
}
