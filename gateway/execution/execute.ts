import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { Domain } from '../pseudonyms/domain.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { clientPath } from './clientPath.js';
import { coerceVariables } from './coerceVariables.js';
import type { DataObject } from './dataObject.js';
import type { Disclosure } from './disclosure.js';
import { interpret, type LocatedError } from './interpret.js';
import { introspect } from './introspect.js';
import { locatedError } from './locatedError.js';
import type { PreparedOperation } from './prepare.js';
import { project } from './project.js';
import { unsealVariables } from './unsealVariables.js';

export interface ExecutionRequest {
  readonly prepared: PreparedOperation;
  /** As they came from the client: ids are sealed. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The one that the operation was prepared for. */
  readonly supergraph: Supergraph;
  readonly context: DecisionContext;
  readonly callerToken: string;
  readonly domain: Domain;
  /** What the caller may see of the API schema. */
  readonly visibleSchema: GraphQLSchema;
  /** Told whose data is read; the audit record tells it on. */
  readonly disclosure: Disclosure;
  /** Aborted when the client has gone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Executes a prepared operation. What registries fail to answer is null with an error at its place; the rest is whole.
 * @throws PolkuError BAD_USER_INPUT, ID_UNKNOWN: then no registry has been asked. The signal's reason, if it is aborted.
 */
export async function executeOperation(request: ExecutionRequest): Promise<ExecutionResult<DataObject>> {
  const { prepared, supergraph, domain, visibleSchema } = request;
  const values = unsealVariables(
    coerceVariables(prepared.variables, request.variables, visibleSchema),
    domain,
  );
  const { data, errors, failures } = await interpret(prepared.plan, {
    supergraph,
    variables: values,
    context: { decision: request.context, callerToken: request.callerToken, signal: request.signal },
    disclosure: request.disclosure,
  });
  const located = ({ path, error }: LocatedError) => locatedError(error, clientPath(path, prepared));
  const projection = project(prepared.shape(values), {
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
