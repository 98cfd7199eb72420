import { randomBytes } from 'node:crypto';
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
  GatewaySchemaLoadOrUpdateCallback,
} from '@apollo/server-gateway-interface';
import { specifiedRules, validate } from 'graphql';
import { Disclosure } from '../execution/disclosure.js';
import { executeOperation } from '../execution/execute.js';
import { prepareOperation, type PreparedOperation } from '../execution/prepare.js';
import { asGraphQLErrors } from '../operation/graphqlErrors.js';
import { keptOperations, type Sized } from '../operation/keptOperations.js';
import { checkDocument, checkVariables, defaultLimits } from '../operation/limits.js';
import { rootTypeRule } from '../operation/rootTypeRule.js';
import { InvalidOperation } from '../operation/validateOperation.js';
import { Domains } from '../pseudonyms/domain.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { subgraphWords } from './subgraphWords.js';

const rules = [...specifiedRules, rootTypeRule];

export interface BareContext {
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

interface BareOperation extends Sized {
  readonly prepared: PreparedOperation;
  readonly pageSizes: readonly string[];
}

/** Execution alone: the same programs as in Polku's gateway, for anybody, over any supergraph. */
export class BareGateway implements GatewayInterface {
  readonly #operations = keptOperations<BareOperation>();
  /** No schema that is served here has an id to seal. */
  readonly #domain = new Domains([randomBytes(32)]).domain({
    purpose: 'bare',
    recipient: 'anybody',
    permit: undefined,
    epoch: '',
  });
  readonly #schemaListeners = new Set<GatewaySchemaLoadOrUpdateCallback>();

  constructor(
    private readonly supergraph: Supergraph,
    private readonly reportFault: (fault: unknown) => void,
  ) {}

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): () => void {
    this.#schemaListeners.add(callback);
    return () => this.#schemaListeners.delete(callback);
  }

  async load(): Promise<{
    executor: (context: GatewayGraphQLRequestContext) => Promise<GatewayExecutionResult>;
  }> {
    const { apiSchema, sdl } = this.supergraph;
    for (const listener of this.#schemaListeners) listener({ apiSchema, coreSupergraphSdl: sdl });
    return {
      executor: (context) => this.#execute(context as GatewayGraphQLRequestContext<BareContext>),
    };
  }

  async stop(): Promise<void> {
    this.#schemaListeners.clear();
  }

  async #execute(request: GatewayGraphQLRequestContext<BareContext>): Promise<GatewayExecutionResult> {
    const variables = request.request.variables ?? {};
    try {
      const { prepared, pageSizes } = this.#prepare(request);
      checkVariables(variables, pageSizes, defaultLimits);
      return await executeOperation({
        prepared,
        variables,
        supergraph: this.supergraph,
        context: { asker: undefined, signal: request.context.signal },
        domain: this.#domain,
        visibleSchema: this.supergraph.apiSchema,
        disclosure: new Disclosure(),
        readError: subgraphWords,
      });
    } catch (error) {
      return { errors: asGraphQLErrors(error, this.reportFault) };
    }
  }

  #prepare({ document, queryHash, request }: GatewayGraphQLRequestContext<BareContext>): BareOperation {
    const key = JSON.stringify([queryHash, request.operationName ?? null]);
    const known = this.#operations.get(key);
    if (known) return known;
    const { pageSizes, selections } = checkDocument(document, defaultLimits);
    const errors = validate(this.supergraph.apiSchema, document, rules);
    if (errors.length > 0) throw new InvalidOperation(errors);
    const prepared = prepareOperation(document, request.operationName, this.supergraph);
    const operation = { prepared, pageSizes, selections };
    this.#operations.set(key, operation);
    return operation;
  }
}
