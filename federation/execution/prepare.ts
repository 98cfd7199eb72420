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
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { compilePlan, type Program } from '../plan/compilePlan.js';
import type { PlanRequester } from '../planning/planner.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { LONG_OPERATION } from './limits.js';
import { normaliseOperation, type OperationVariable } from './normaliseOperation.js';
import { isIntrospection, type ObjectShape, selectEntities, shapeOf } from './responseShape.js';

/** One operation in its normal form (normaliseOperation.ts): its variables can be read before it is planned. Immutable. */
export interface NormalForm {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: readonly OperationVariable[];
  /** Whether the operation has @skip or @include. */
  readonly conditional: boolean;
}

/** An operation that is planned and ready to be executed any number of times. Immutable. */
export interface PreparedOperation extends NormalForm {
  readonly program: Program;
  /**
   * What the response looks like, with @skip and @include decided by these values of the variables.
   * @throws PolkuError OPERATION_NOT_PLANNABLE
   */
  shape(values: Readonly<Record<string, unknown>>): ObjectShape;
}

/**
 * Takes one operation out of a document.
 * @param document valid against the schema that the caller may see
 * @throws PolkuError OPERATION_RESOLUTION_FAILURE
 */
export function normalForm(
  document: DocumentNode,
  operationName: string | undefined,
  supergraph: Supergraph,
): NormalForm {
  const normal = normaliseOperation(singleOut(document, operationName), supergraph);
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation!: OperationDefinitionNode;
  for (const definition of normal.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  return { ...normal, operation, fragments };
}

/**
 * Plans an operation. What takes long is done in turns with the rest of the process.
 * @throws PolkuError GRAPHQL_VALIDATION_FAILED, OPERATION_TOO_LARGE, OPERATION_NOT_PLANNABLE, RATE_LIMITED
 */
export async function prepareOperation(
  form: NormalForm,
  supergraph: Supergraph,
  requester: PlanRequester,
): Promise<PreparedOperation> {
  const { document, operation, fragments, conditional } = form;
  const build = (values: Readonly<Record<string, unknown>>) =>
    shapeOf(operation, { schema: supergraph.apiSchema, types: supergraph.types, fragments, values });
  const fixed = conditional ? undefined : build({});
  const planned = print(
    withoutIntrospection(selectEntities(document, supergraph.apiSchema, supergraph.types)),
  );
  const plan = await supergraph.planner.plan(planned, requester);
  // What makes a long plan makes long work of what comes now.
  const scheduler = new CooperativeScheduler();
  if (scheduler.shouldYield || planned.length > LONG_OPERATION) await scheduler.yield();
  const program = await compilePlan(plan, supergraph, fixed);
  if (fixed) checkPlanned(fixed, program);
  return {
    ...form,
    program,
    shape(values) {
      if (fixed) return fixed;
      const shape = build(values);
      checkPlanned(shape, program);
      return shape;
    },
  };
}

/** Of a field that no subgraph can answer, the planner says nothing: its plan goes without. */
function checkPlanned(shape: ObjectShape, { rootKeys }: Program): void {
  const { fields } = shape.as(shape.type as GraphQLObjectType);
  const missing = fields.find(({ kind, dataKey }) => kind === 'value' && !rootKeys.has(dataKey));
  if (!missing) return;
  const message = `No subgraph can answer ${missing.responseKey} as it is asked for.`;
  throw new PolkuError('OPERATION_NOT_PLANNABLE', message);
}

/** The operation that is asked for, with the fragments that it uses and nothing else. */
function singleOut(document: DocumentNode, operationName: string | undefined): DocumentNode {
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    const expected =
      operationName === undefined ? 'exactly one operation, or the name of one' : 'an operation of that name';
    throw new PolkuError('OPERATION_RESOLUTION_FAILURE', `Expected ${expected} in the document.`);
  }
  return separateOperations(document)[operation.name?.value ?? '']!;
}

/** Puts `__typename`, which needs no fetch, where introspection stood, so that no selection becomes empty. */
function withoutIntrospection(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: (node) =>
      isIntrospection(node)
        ? { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' }, directives: node.directives }
        : undefined,
    FragmentDefinition: (node) => (node.typeCondition.name.value.startsWith('__') ? null : undefined),
  });
}
