import { type ExecutionResult, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { answerTooLarge, ObjectBudget } from '../../../schema/objectBudget.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { SubgraphRequest } from '../../../schema/subgraph.js';
import { compileDocument, type DocumentProgram } from '../program/compileDocument.js';
import type { RequestContext } from './requestContext.js';

/** Fetches are written by query plans, so there are about as many as there are operations in use. */
const DOCUMENTS_KEPT = 1000;
/** Characters of all of them: a document of a plan has some hundreds, and its program takes a hundred times that. */
const CHARACTERS_KEPT = 250_000;

/** Executes requests on a schema; a document is parsed, validated and compiled once. */
export function documentExecutor(
  schema: GraphQLSchema,
): (request: SubgraphRequest, context: Omit<RequestContext, 'budget'>) => Promise<ExecutionResult> {
  const programs = new LRUCache<string, DocumentProgram>({
    max: DOCUMENTS_KEPT,
    maxSize: CHARACTERS_KEPT,
  });

  const programOf = (query: string): DocumentProgram => {
    let program = programs.get(query);
    if (!program) {
      const document = parse(query, { noLocation: true });
      const [fault] = validate(schema, document);
      if (fault) throw fault;
      program = compileDocument(schema, document);
      programs.set(query, program, { size: query.length });
    }
    return program;
  };

  return async ({ query, variables = {}, operationName }, context) => {
    const budget = new ObjectBudget();
    try {
      const result = await programOf(query).execute(operationName, variables, { ...context, budget });
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
