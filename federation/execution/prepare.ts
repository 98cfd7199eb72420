import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  separateOperations,
  visit,
} from 'graphql';
import { fragmentsOf } from '../../lib/collectFields.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { compilePlan, type CompiledPlan } from '../plan/compilePlan.js';
import type { PlanRequester } from '../planning/planner.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { LONG_OPERATION } from './limits.js';
import { normaliseOperation, type OperationVariable } from './normaliseOperation.js';
import { isIntrospection, type ObjectShape, selectEntities, shapeOf } from './responseShape.js';

/**
 * One operation in its normal form (normaliseOperation.ts). Its variables can be read before it is planned.
 * Immutable.
 */
export interface NormalForm {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: readonly OperationVariable[];
  /** Whether the operation has @skip or @include. */
  readonly conditional: boolean;
}

/** An operation that is planned and can be executed any number of times. Immutable. */
export interface PreparedOperation extends NormalForm {
  readonly plan: CompiledPlan;
  /**
   * Returns the shape of the response. The values of the variables decide @skip and @include.
   * @throws PolkuError OPERATION_NOT_PLANNABLE
   */
  shape(values: Readonly<Record<string, unknown>>): ObjectShape;
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
 * Plans an operation. Yields to other work during long computations.
 * @throws PolkuError GRAPHQL_VALIDATION_FAILED, OPERATION_TOO_LARGE, OPERATION_NOT_PLANNABLE, RATE_LIMITED
 */
export async function prepareOperation(
  form: NormalForm,
  supergraph: Supergraph,
  requester: PlanRequester,
): Promise<PreparedOperation> {
  const { document, operation, fragments, conditional } = form;
  const build = (conditions: Readonly<Record<string, unknown>>) =>
    shapeOf(operation, { schema: supergraph.apiSchema, types: supergraph.types, fragments, conditions });
  const fixed = conditional ? undefined : build({});
  const planned = print(
    withoutIntrospection(selectEntities(document, supergraph.apiSchema, supergraph.types)),
  );
  const queryPlan = await supergraph.planner.plan(planned, requester);
  // A plan that took long to make also takes long to compile.
  const scheduler = new CooperativeScheduler();
  if (scheduler.shouldYield || planned.length > LONG_OPERATION) await scheduler.yield();
  const plan = await compilePlan(queryPlan, supergraph, fixed);
  if (fixed) checkPlanned(fixed, plan);
  return {
    ...form,
    plan,
    shape(values) {
      if (fixed) return fixed;
      const shape = build(values);
      checkPlanned(shape, plan);
      return shape;
    },
  };
}

/** Rejects a field that no subgraph can answer: the planner leaves it out of the plan without an error. */
function checkPlanned(shape: ObjectShape, { rootKeys }: CompiledPlan): void {
  const { fields } = shape.as(shape.type as GraphQLObjectType);
  const missing = fields.find(({ kind, dataKey }) => kind === 'value' && !rootKeys.has(dataKey));
  if (!missing) return;
  const message = `No subgraph can answer ${missing.responseKey} as it is asked for.`;
  throw new PolkuError('OPERATION_NOT_PLANNABLE', message);
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

/** Replaces introspection by `__typename`, which needs no fetch, so that no selection set becomes empty. */
function withoutIntrospection(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: (node) =>
      isIntrospection(node)
        ? { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' }, directives: node.directives }
        : undefined,
    FragmentDefinition: (node) => (node.typeCondition.name.value.startsWith('__') ? null : undefined),
  });
}
