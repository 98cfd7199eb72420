import {
  executeSync,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { IdCodec } from '../hooks.js';
import type { LocatedError } from '../plan/planRun.js';
import type { ErrorReader } from '../plan/subgraphError.js';
import type { FetchContext } from '../supergraph/dataSource.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { completeResponse, locatedError } from './completeResponse.js';
import type { DataObject, DataPath } from './dataObject.js';
import type { Observations } from './observations.js';
import type { NormalForm, PreparedOperation } from './prepare.js';
import { responseKeyOf } from './responseShape.js';
import { coerceVariables, unsealVariables, type VariableValues } from './variables.js';

interface ExecutionRequest {
  readonly prepared: PreparedOperation;
  /** The values that {@link readVariables} returned. */
  readonly values: VariableValues;
  /** The supergraph that the operation was prepared for. */
  readonly supergraph: Supergraph;
  readonly context: FetchContext;
  /** Seals ids for this recipient. */
  readonly ids: IdCodec;
  /** The part of the API schema that the caller may see. */
  readonly visibleSchema: GraphQLSchema;
  /** Records whose data is read, for the audit record. */
  readonly observations: Observations;
  /** Converts a subgraph's errors into those that clients receive. */
  readonly readError: ErrorReader;
}

/**
 * Reads the variables of an operation before it is planned, so that an invalid id costs no planning.
 * @param given the values of the client, with sealed ids
 * @throws PolkuError BAD_USER_INPUT, ID_UNKNOWN
 */
export function readVariables(
  { variables }: NormalForm,
  given: Readonly<Record<string, unknown>>,
  { visibleSchema, supergraph, ids }: Pick<ExecutionRequest, 'visibleSchema' | 'supergraph' | 'ids'>,
): VariableValues {
  return unsealVariables(coerceVariables(variables, given, visibleSchema), supergraph.types, ids);
}

/**
 * Executes a prepared operation. Where registries fail, the value is null with an error at its place; the
 * rest is complete.
 * @throws the reason of the signal, if it is aborted
 */
export async function executeOperation(request: ExecutionRequest): Promise<ExecutionResult<DataObject>> {
  const { prepared, values, supergraph, ids, visibleSchema, observations } = request;
  const { data, errors, failures } = await prepared.plan.run({ ...request, variables: values });
  const located = ({ path, error }: LocatedError) => locatedError(error, clientPath(path, prepared));
  const completed = await completeResponse(prepared.shape, {
    data,
    failures,
    errors: errors.map(located),
    types: supergraph.types,
    ids,
    observations,
    introspect: (nodes) => introspect(nodes, { ...prepared, schema: visibleSchema, values }),
  });
  const reported = [...completed.errors, ...[...completed.unreported].map(located)];
  return reported.length > 0 ? { errors: unique(reported), data: completed.data } : { data: completed.data };
}

/** Removes duplicate errors: several registries may fail behind one field. */
function unique(errors: readonly GraphQLError[]): GraphQLError[] {
  const known = new Map(
    errors.map((error) => [JSON.stringify([error.path, error.extensions, error.message]), error]),
  );
  return [...known.values()];
}

interface Introspection {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The schema that the caller may see. */
  readonly schema: GraphQLSchema;
  readonly values: VariableValues;
}

/** Resolves one root field of introspection, given by its merged selections. */
function introspect(
  nodes: readonly FieldNode[],
  { operation, fragments, schema, values }: Introspection,
): unknown {
  // @skip and @include of the field itself are already decided.
  const selections = nodes.map((node) => ({ ...node, directives: [] }));
  const alone = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } } as const;
  const { data } = executeSync({
    schema,
    document: { kind: Kind.DOCUMENT, definitions: [alone, ...fragments.values()] },
    variableValues: values,
  });
  return data && Object.values(data)[0];
}

interface Selected {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/**
 * Converts a path of the data into a path of the response. It has response keys and ends where the request
 * does. It does not name data that the plan fetched for itself, such as feeds.
 */
function clientPath(path: DataPath, { operation, fragments }: Selected): DataPath {
  const known: (string | number)[] = [];
  let selections: readonly SelectionSetNode[] = [operation.selectionSet];
  for (const key of path) {
    if (typeof key === 'number') {
      known.push(key);
      continue;
    }
    const next = below(key, selections, fragments);
    if (!next) break;
    known.push(responseKeyOf(key));
    selections = next;
  }
  return known;
}

/** Returns the selections below a field; undefined where the field is not selected. */
function below(
  key: string,
  selectionSets: readonly SelectionSetNode[],
  fragments: Selected['fragments'],
): SelectionSetNode[] | undefined {
  let found: SelectionSetNode[] | undefined;
  for (const selection of selectionSets.flatMap(({ selections }) => selections)) {
    if (selection.kind === Kind.FIELD) {
      if ((selection.alias ?? selection.name).value === key)
        (found ??= []).push(...(selection.selectionSet ? [selection.selectionSet] : []));
      continue;
    }
    const { selectionSet } =
      selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
    const inside = below(key, [selectionSet], fragments);
    if (inside) (found ??= []).push(...inside);
  }
  return found;
}
