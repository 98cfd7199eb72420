import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import { compileObject, compileSerially, type ObjectProgram } from './compileObject.js';
import { compileVariables } from './compileVariables.js';
import type { ProgramContext } from './programContext.js';
import { ProgramRun, type Variables } from './programRun.js';

/** A document that is compiled. */
export interface DocumentProgram {
  /**
   * Executes one of its operations.
   * @throws GraphQLError where there is none of that name, or more than one and no name
   */
  execute(
    operationName: string | undefined,
    variables: Variables,
    context: unknown,
  ): ExecutionResult | Promise<ExecutionResult>;
}

type OperationProgram = (
  variables: Variables,
  context: unknown,
) => ExecutionResult | Promise<ExecutionResult>;

/** An operation whose conditions were met in more ways than this is compiled anew. */
const VARIANTS_KEPT = 16;

/**
 * Compiles a document that is valid for a schema into functions, and answers as `execute` of graphql-js does, without
 * suggestions in the words of errors: whatever is the same each time it runs is worked out once.
 */
export function compileDocument(schema: GraphQLSchema, document: DocumentNode): DocumentProgram {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  const operations: { name: string | undefined; execute: OperationProgram }[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const conditions = conditionVariables(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const execute = compileOperation(definition, { schema, fragments, conditions });
    operations.push({ name: definition.name?.value, execute });
  }
  return {
    execute(operationName, variables, context) {
      const asked =
        operationName == null ? operations : operations.filter(({ name }) => name === operationName);
      const [operation, another] = asked;
      if (!operation || another) throw new GraphQLError('Expected the name of an operation in the document.');
      return operation.execute(variables, context);
    },
  };
}

interface OperationContext {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Names of the variables that decide what is selected. */
  readonly conditions: readonly string[];
}

function compileOperation(operation: OperationDefinitionNode, context: OperationContext): OperationProgram {
  const { schema, fragments, conditions: names } = context;
  const coerce = compileVariables(operation, schema);
  const variants = new Map<string, ObjectProgram>();
  const compile = operation.operation === OperationTypeNode.MUTATION ? compileSerially : compileObject;

  const variantOf = (variables: Variables): ObjectProgram => {
    const variant = names.map((name) => String(variables[name])).join();
    let program = variants.get(variant);
    if (!program) {
      const conditions = Object.fromEntries(
        names.filter((name) => name in variables).map((name) => [name, variables[name]]),
      );
      const context: ProgramContext = {
        schema,
        operation,
        fragments,
        conditions,
        within: (type, selections) => compileObject(type, selections, context),
      };
      program = compile(schema.getRootType(operation.operation)!, [operation.selectionSet], context);
      if (variants.size >= VARIANTS_KEPT) variants.clear();
      variants.set(variant, program);
    }
    return program;
  };

  return (given, contextValue) => {
    const variables = coerce(given);
    if (variables.errors) return { errors: variables.errors };
    const run = new ProgramRun(contextValue, variables.coerced);
    const failed = (error: unknown): ExecutionResult => {
      run.fail(error as GraphQLError, undefined);
      return resultOf(null, run);
    };
    try {
      const data = variantOf(run.variables)(run, undefined, undefined);
      return data instanceof Promise
        ? data.then((value) => resultOf(value, run), failed)
        : resultOf(data, run);
    } catch (error) {
      return failed(error);
    }
  };
}

function resultOf(data: Record<string, unknown> | null, { errors }: ProgramRun): ExecutionResult {
  return errors.length === 0 ? { data } : { errors, data };
}

function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      if (
        directive.name.value !== GraphQLSkipDirective.name &&
        directive.name.value !== GraphQLIncludeDirective.name
      )
        return;
      for (const { value } of directive.arguments ?? [])
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
