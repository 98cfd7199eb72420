import { type ExecutionResult, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { buildFederatedSchema } from '../../lib/buildFederatedSchema.js';
import { PolkuError } from '../../lib/errors.js';
import { answerTooLarge, ObjectBudget } from '../../lib/objectBudget.js';
import type { Requester } from '../../policies/engine/decide/decisionRequest.js';
import type { Decision } from '../../policies/engine/decision.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import type { Subgraph, SubgraphRequest } from '../../schema/subgraph.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { CodeCatalogue } from '../codes/codeCatalogue.js';
import { bodyHash, type DisclosureRecord } from '../disclosureLog.js';
import { compileDocument, type CompiledDocument } from '../document/compileDocument.js';
import { type ConditionTests, readMaskTables, RequestAccess } from '../enforcement/requestAccess.js';
import { enforce } from '../enforcement/enforce.js';
import type { SubgraphModule } from './departmentRegistry.js';
import {
  type MergedPersons,
  withCurrentPerson,
  referencesToCurrentPersons,
  type RequestContext,
} from './requestContext.js';

/**
 * Decides by the subgraph's own policies, independently of the gateway.
 * @param revision the revision by which the gateway decides the request; the subgraph answers under it if it
 * has it
 */
export type Decide = (requester: Requester, revision: string) => Decision;

/** What a subgraph reads to answer one request, and the conditions that it can evaluate for the caller. */
export interface Sources<Store> {
  readonly store: Store;
  readonly conditions: ConditionTests;
}

interface SubgraphOptions<Store> {
  readonly name: string;
  readonly module: SubgraphModule;
  readonly decide: Decide;
  readonly open: (decision: DecisionContext) => Sources<Store>;
  /** Merged keys as they are known when a request begins; empty if they are not known. */
  readonly mergedPersons?: (() => MergedPersons) | undefined;
  /** The code lists that labels come from; by default there are none, and labels are null. */
  readonly codes?: CodeCatalogue | undefined;
  /** Records an answer before it is sent. A subgraph without register data records nothing. */
  readonly note?: ((disclosure: DisclosureRecord) => Promise<void>) | undefined;
}

/** Creates a subgraph that enforces its owner's policy on everything it answers. */
export async function createSubgraph<Store>({
  name,
  module,
  decide,
  open,
  mergedPersons = () => new Map(),
  codes = CodeCatalogue.none,
  note,
}: SubgraphOptions<Store>): Promise<Subgraph> {
  const references = referencesToCurrentPersons(module.references, () => schema);
  const { sdl, schema } = await buildFederatedSchema<RequestContext>({ ...module, references });
  enforce(schema, buildPolicyGraph([{ name, sdl }]));
  const execute = documentExecutor(schema);
  const maskTables = await readMaskTables();
  return {
    name,
    sdl,
    execute: async (request, asked, client) => {
      const merged = mergedPersons();
      const decision = withCurrentPerson(asked, merged);
      const { store, conditions } = open(decision);
      const { caller, purpose } = decision;
      const access = new RequestAccess(
        decide({ ...caller, purpose }, decision.revision),
        conditions,
        maskTables,
      );
      const result = await execute(request, {
        decision,
        access,
        store,
        codes,
        client,
        mergedPersons: merged,
      });
      if (result.data) {
        await note?.({
          registry: name,
          time: new Date().toISOString(),
          decisionId: decision.decisionId,
          purpose,
          recipient: caller.recipient,
          subjects: access.disclosed.size,
          body: bodyHash(request),
        });
      }
      return result;
    },
  };
}

/** Query plans write the fetches, so there are about as many documents as operations in use. */
const MAX_DOCUMENTS = 1000;
/**
 * The most characters of all cached documents. A document of a plan has some hundreds, and its compiled form
 * takes a hundred times as much memory.
 */
const MAX_CHARACTERS = 250_000;

/** Executes requests on a schema. Each document is parsed, validated and compiled once. */
export function documentExecutor(
  schema: GraphQLSchema,
): (request: SubgraphRequest, context: Omit<RequestContext, 'budget'>) => Promise<ExecutionResult> {
  const compiled = new LRUCache<string, CompiledDocument>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_CHARACTERS,
  });

  const compile = (query: string): CompiledDocument => {
    let document = compiled.get(query);
    if (!document) {
      const parsed = parse(query, { noLocation: true });
      const [fault] = validate(schema, parsed);
      if (fault) throw fault;
      document = compileDocument(schema, parsed);
      compiled.set(query, document, { size: query.length });
    }
    return document;
  };

  return async ({ query, variables = {}, operationName }, context) => {
    const budget = new ObjectBudget();
    try {
      const result = await compile(query).execute(operationName, variables, { ...context, budget });
      if (budget.exhausted) throw answerTooLarge();
      return result.errors ? { ...result, errors: result.errors.map(withoutInternals) } : result;
    } catch (error) {
      return {
        errors: [
          withoutInternals(
            error instanceof GraphQLError
              ? error
              : new GraphQLError('Not answered.', { originalError: error as Error }),
          ),
        ],
      };
    }
  };
}

/**
 * An error without internal details. The texts of other errors can hold values of variables, and therefore
 * keys.
 */
function withoutInternals(error: GraphQLError): GraphQLError {
  const { originalError, path } = error;
  const [message, code] =
    originalError instanceof PolkuError
      ? [originalError.message, originalError.code]
      : ['The registry could not answer.', 'INTERNAL_SERVER_ERROR'];
  return new GraphQLError(message, { path, extensions: { code } });
}
