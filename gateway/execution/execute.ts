import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { Domain } from '../pseudonyms/domain.js';
import type { FetchContext } from '../supergraph/fetchContext.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { clientPath } from './clientPath.js';
import { coerceVariables } from './coerceVariables.js';
import type { DataObject } from './dataObject.js';
import type { Disclosure } from './disclosure.js';
import { introspect } from './introspect.js';
import { locatedError } from './locatedError.js';
import type { NormalForm, PreparedOperation } from './prepare.js';
import type { LocatedError } from './program/planRun.js';
import type { ErrorReader } from './program/subgraphError.js';
import { project } from './project.js';
import { unsealVariables, type VariableValues } from './unsealVariables.js';

export interface ExecutionRequest {
  readonly prepared: PreparedOperation;
  /** As {@link readVariables} read them. */
  readonly values: VariableValues;
  /** The one that the operation was prepared for. */
  readonly supergraph: Supergraph;
  readonly context: FetchContext;
  readonly domain: Domain;
  /** What the caller may see of the API schema. */
  readonly visibleSchema: GraphQLSchema;
  /** Told whose data is read; the audit record tells it on. */
  readonly disclosure: Disclosure;
  /** What clients are told of a subgraph's errors. */
  readonly readError: ErrorReader;
}

/**
 * Reads the variables of an operation, before it is planned: who sends an id that is none costs no plan.
 * @param given as they came from the client: ids are sealed
 * @throws PolkuError BAD_USER_INPUT, ID_UNKNOWN
 */
export function readVariables(
  { variables }: NormalForm,
  given: Readonly<Record<string, unknown>>,
  { visibleSchema, domain }: Pick<ExecutionRequest, 'visibleSchema' | 'domain'>,
): VariableValues {
  return unsealVariables(coerceVariables(variables, given, visibleSchema), domain);
}

/**
 * Executes a prepared operation. What registries fail to answer is null with an error at its place; the rest is whole.
 * @throws the signal's reason, if it is aborted
 */
export async function executeOperation(request: ExecutionRequest): Promise<ExecutionResult<DataObject>> {
  const { prepared, values, domain, visibleSchema } = request;
  const { data, errors, failures } = await prepared.program.run({ ...request, variables: values });
  const located = ({ path, error }: LocatedError) => locatedError(error, clientPath(path, prepared));
  const projection = await project(prepared.shape(values), {
    data,
    failures,
    errors: errors.map(located),
    domain,
    disclosure: request.disclosure,
    introspect: (nodes) => introspect(nodes, { ...prepared, schema: visibleSchema, values }),
  });
  const told = [...projection.errors, ...[...projection.untold].map(located)];
  return told.length > 0 ? { errors: unique(told), data: projection.data } : { data: projection.data };
}

/** Several registries may fail behind one field; the client is told once. */
function unique(errors: readonly GraphQLError[]): GraphQLError[] {
  const known = new Map(
    errors.map((error) => [JSON.stringify([error.path, error.extensions, error.message]), error]),
  );
  return [...known.values()];
}
