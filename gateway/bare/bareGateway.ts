import { hash, randomBytes } from 'node:crypto';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { PolkuError } from '../../schema/polkuError.js';
import { Disclosure } from '../execution/disclosure.js';
import { executeOperation } from '../execution/execute.js';
import { prepareOperation, type PreparedOperation } from '../execution/prepare.js';
import type { GraphqlRequest } from '../http/graphqlRequest.js';
import { keptOperations, type Sized } from '../operation/keptOperations.js';
import { checkDocument, checkVariables, defaultLimits } from '../operation/limits.js';
import { rootTypeRule } from '../operation/rootTypeRule.js';
import { InvalidOperation } from '../operation/validateOperation.js';
import { Domains } from '../pseudonyms/domain.js';
import type { ClientSignal } from '../supergraph/clientSignal.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { subgraphWords } from './subgraphWords.js';

const rules = [...specifiedRules, rootTypeRule];

interface BareOperation extends Sized {
  readonly prepared: PreparedOperation;
  readonly pageSizes: readonly string[];
}

/** Execution alone: the same programs as in Polku's gateway, for anybody, over any supergraph. */
export class BareGateway {
  readonly #operations = keptOperations<BareOperation>();
  /** No schema that is served here has an id to seal. */
  readonly #domain = new Domains([randomBytes(32)]).domain({
    purpose: 'bare',
    recipient: 'anybody',
    permit: undefined,
    epoch: '',
  });

  constructor(private readonly supergraph: Supergraph) {}

  /**
   * @param signal aborted when the client has gone
   * @throws GraphQLError where the text is not GraphQL; InvalidOperation; PolkuError
   */
  async execute(request: GraphqlRequest, signal: ClientSignal): Promise<ExecutionResult> {
    const { variables } = request;
    const { prepared, pageSizes } = this.#prepare(request);
    if (request.isSafe && prepared.operation.operation !== OperationTypeNode.QUERY) throw new NotByGet();
    checkVariables(variables, pageSizes, defaultLimits);
    return executeOperation({
      prepared,
      variables,
      supergraph: this.supergraph,
      context: { asker: undefined, signal },
      domain: this.#domain,
      visibleSchema: this.supergraph.apiSchema,
      disclosure: new Disclosure(),
      readError: subgraphWords,
    });
  }

  #prepare({ query, operationName }: GraphqlRequest): BareOperation {
    // By its hash, for texts may be as large as they like.
    const key = JSON.stringify([hash('sha256', query), operationName ?? null]);
    const known = this.#operations.get(key);
    if (known) return known;
    const document = parseQuery(query);
    const { pageSizes, selections } = checkDocument(document, defaultLimits);
    const errors = validate(this.supergraph.apiSchema, document, rules);
    if (errors.length > 0) throw new InvalidOperation(errors);
    const prepared = prepareOperation(document, operationName, this.supergraph);
    const operation = { prepared, pageSizes, selections };
    this.#operations.set(key, operation);
    return operation;
  }
}

/** GraphQL over HTTP §6.2.2 */
class NotByGet extends PolkuError {
  constructor() {
    super('BAD_REQUEST', 'By GET only queries are answered.');
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
    // Nesting has exhausted the stack.
    throw new PolkuError('OPERATION_TOO_LARGE', 'The operation has more levels than are read.');
  }
}
