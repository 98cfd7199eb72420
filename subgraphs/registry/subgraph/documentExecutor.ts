import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { answerTooLarge, ObjectBudget } from '../../../schema/objectBudget.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { SubgraphRequest } from '../../../schema/subgraph.js';
import type { RequestContext } from './requestContext.js';

/** Fetches are written by query plans, so there are about as many as there are operations in use. */
const DOCUMENTS_KEPT = 1000;

/** Executes requests on a schema; a document is parsed and validated once. */
export function documentExecutor(
  schema: GraphQLSchema,
): (request: SubgraphRequest, context: Omit<RequestContext, 'budget'>) => Promise<ExecutionResult> {
  const documents = new LRUCache<string, DocumentNode>({ max: DOCUMENTS_KEPT });

  const documentOf = (query: string): DocumentNode => {
    let document = documents.get(query);
    if (!document) {
      document = parse(query, { noLocation: true });
      const [fault] = validate(schema, document);
      if (fault) throw fault;
      documents.set(query, document);
    }
    return document;
  };

  return async ({ query, variables, operationName }, context) => {
    const budget = new ObjectBudget();
    try {
      const document = documentOf(query);
      const result = await execute({
        schema,
        document,
        contextValue: { ...context, budget },
        variableValues: variables,
        operationName,
      });
      if (budget.exhausted) throw answerTooLarge();
      return result.errors ? { ...result, errors: result.errors.map(withoutInsides) } : result;
    } catch (error) {
      return {
        errors: [
          withoutInsides(
            error instanceof GraphQLError
              ? error
              : new GraphQLError('Not answered.', { originalError: error as Error }),
          ),
        ],
      };
    }
  };
}

/** An error as the gateway may know it: the texts of other errors can hold values of variables, and so keys. */
function withoutInsides(error: GraphQLError): GraphQLError {
  const { originalError, path } = error;
  const [message, code] =
    originalError instanceof PolkuError
      ? [originalError.message, originalError.code]
      : ['The registry could not answer.', 'INTERNAL_SERVER_ERROR'];
  return new GraphQLError(message, { path, extensions: { code } });
}
