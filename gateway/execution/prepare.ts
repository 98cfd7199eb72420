import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLObjectType,
  Kind,
  type OperationDefinitionNode,
  separateOperations,
  visit,
} from 'graphql';
import { PolkuError } from '../../schema/polkuError.js';
import { restorePlan } from '../supergraph/planning/restorePlan.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { normaliseOperation, type OperationVariable } from './normaliseOperation.js';
import { compilePlan, type Program } from './program/compilePlan.js';
import { isIntrospection } from './responseKeys.js';
import { type ObjectShape, shapeOf } from './responseShape.js';
import { selectPersons } from './selectPersons.js';

/** An operation that is planned and ready to be executed any number of times. Immutable. */
export interface PreparedOperation {
  /** In its normal form (normaliseOperation.ts). */
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: readonly OperationVariable[];
  readonly program: Program;
  /**
   * What the response looks like, with @skip and @include decided by these values of the variables.
   * @throws PolkuError OPERATION_NOT_PLANNABLE
   */
  shape(values: Readonly<Record<string, unknown>>): ObjectShape;
}

/**
 * Plans one operation of a document.
 * @param document valid against the schema that the caller may see
 * @throws PolkuError OPERATION_RESOLUTION_FAILURE, GRAPHQL_VALIDATION_FAILED, OPERATION_TOO_LARGE, OPERATION_NOT_PLANNABLE
 */
export function prepareOperation(
  document: DocumentNode,
  operationName: string | undefined,
  supergraph: Supergraph,
): PreparedOperation {
  const alone = singleOut(document, operationName);
  const { document: normal, variables, conditional } = normaliseOperation(alone, supergraph.apiSchema);
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation!: OperationDefinitionNode;
  for (const definition of normal.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  const build = (values: Readonly<Record<string, unknown>>) =>
    shapeOf(operation, { schema: supergraph.apiSchema, fragments, values });
  const fixed = conditional ? undefined : build({});
  const plan = planOf(selectPersons(normal, supergraph.apiSchema), supergraph);
  const program = compilePlan(plan, supergraph.schema, fixed);
  if (fixed) checkPlanned(fixed, program);
  return {
    operation,
    fragments,
    variables,
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

function planOf(document: DocumentNode, { planningSchema, queryPlanner, distinct }: Supergraph): QueryPlan {
  let operation: ReturnType<typeof operationFromDocument>;
  try {
    operation = operationFromDocument(planningSchema, withoutIntrospection(document));
  } catch (cause) {
    const message = 'The operation does not fit the schema.';
    throw new PolkuError('GRAPHQL_VALIDATION_FAILED', message, {}, { cause });
  }
  try {
    return restorePlan(queryPlanner.buildQueryPlan(operation), distinct);
  } catch (cause) {
    throw new PolkuError('OPERATION_TOO_LARGE', 'The operation is too large to be planned.', {}, { cause });
  }
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
