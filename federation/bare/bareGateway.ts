import { hash } from 'node:crypto';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { InvalidOperation, rootTypeRule } from '../../federation/execution/validation.js';
import { noIds } from '../hooks.js';
import { PolkuError } from '../../lib/errors.js';
import { Observations } from '../execution/observations.js';
import { executeOperation, readVariables } from '../execution/execute.js';
import {
  checkDocument,
  checkPageSizes,
  checkVariables,
  defaultLimits,
  pageSizesIn,
} from '../execution/limits.js';
import { createOperationCache, type Sized } from '../execution/operationCache.js';
import {
  normalForm,
  type NormalForm,
  OperationVariants,
  type PreparedOperation,
  prepareOperation,
} from '../execution/prepare.js';
import type { VariableValues } from '../execution/variables.js';
import type { GraphqlRequest } from '../http/graphqlRequest.js';
import type { ErrorReader, Fault } from '../plan/subgraphError.js';
import type { ClientSignal } from '../supergraph/clientSignal.js';
import type { Supergraph } from '../supergraph/supergraph.js';

const rules = [...specifiedRules, rootTypeRule];

interface BareOperation extends Sized {
  readonly form: NormalForm;
  readonly pageSizes: readonly string[];
  readonly variants: OperationVariants<PreparedOperation>;
}

/** Only execution: the same compiled plans as in Polku's gateway, for any caller, over any supergraph. */
export class BareGateway {
  readonly #operations = createOperationCache<BareOperation>();
  constructor(private readonly supergraph: Supergraph) {}

  /**
   * @param signal aborted when the client disconnects
   * @throws GraphQLError where the text is not GraphQL; InvalidOperation; PolkuError
   */
  async execute(request: GraphqlRequest, signal: ClientSignal): Promise<ExecutionResult> {
    const { variables } = request;
    const { supergraph } = this;
    checkVariables(variables, defaultLimits);
    const operation = this.#read(request);
    const { form, pageSizes, variants } = operation;
    if (request.isSafe && form.operation.operation !== OperationTypeNode.QUERY) throw new NotAllowedByGet();
    const scope = { supergraph, visibleSchema: supergraph.apiSchema, ids: noIds };
    const values = readVariables(form, variables, scope);
    checkPageSizes(pageSizes, values, defaultLimits);
    return executeOperation({
      ...scope,
      prepared: await variants.for(values),
      values,
      supergraph,
      context: { requester: undefined, signal },
      observations: new Observations(),
      readError: readSubgraphError,
    });
  }

  #read({ query, operationName }: GraphqlRequest): BareOperation {
    // Keyed by its hash, because texts may be large.
    const key = JSON.stringify([hash('sha256', query), operationName ?? null]);
    const known = this.#operations.get(key);
    if (known) return known;
    const document = parseQuery(query);
    const { selections } = checkDocument(document, defaultLimits);
    const errors = validate(this.supergraph.apiSchema, document, rules);
    if (errors.length > 0) throw new InvalidOperation(errors);
    const form = normalForm(document, operationName, this.supergraph);
    const pageSizes = pageSizesIn(form.document, defaultLimits);
    const prepare = (values: VariableValues) => prepareOperation(form, this.supergraph, values);
    const operation = { form, pageSizes, selections, variants: new OperationVariants(form, prepare) };
    this.#operations.set(key, operation);
    return operation;
  }
}

/** GraphQL over HTTP §6.2.2 */
class NotAllowedByGet extends PolkuError {
  constructor() {
    super('BAD_REQUEST', 'Only queries are answered by GET.');
  }

  override get status(): number {
    return 405;
  }
}

function parseQuery(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: defaultLimits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) throw error;
    // The nesting has exhausted the stack.
    throw new PolkuError('OPERATION_TOO_LARGE', 'The operation is nested too deeply.');
  }
}

/** The error of a subgraph. This gateway hides nothing of it. */
class SubgraphFault extends Error implements Fault {
  constructor(
    message: string,
    readonly code: string,
    readonly extensions: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** Passes on the message of a subgraph with its name, as gateways without secrets do. */
const readSubgraphError: ErrorReader = ({ message, extensions }, subgraph) => {
  const code = extensions?.['code'];
  return new SubgraphFault(
    typeof message === 'string' ? message : 'The subgraph gives no reason.',
    typeof code === 'string' ? code : 'DOWNSTREAM_SERVICE_ERROR',
    { ...extensions, service: subgraph },
  );
};
