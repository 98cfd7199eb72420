import {
  coerceInputValue,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  getVariableValues,
  GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLInputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  typeFromAST,
  valueFromAST,
  visit,
} from 'graphql';
import { fragmentsOf } from '../../lib/collectFields.js';
import {
  compileObject,
  compileSerially,
  type CompiledSelections,
  type DocumentContext,
  DocumentRun,
  type Variables,
} from './compileObject.js';

/** A compiled document. */
export interface CompiledDocument {
  /**
   * Executes one of its operations.
   * @throws GraphQLError if no operation has that name, or if there are several operations and no name
   */
  execute(
    operationName: string | undefined,
    variables: Variables,
    context: unknown,
  ): ExecutionResult | Promise<ExecutionResult>;
}

type CompiledOperation = (
  variables: Variables,
  context: unknown,
) => ExecutionResult | Promise<ExecutionResult>;

/** The most compiled variants of an operation, one for each combination of its conditions. */
const MAX_VARIANTS = 16;

/**
 * Compiles a document that is valid for a schema into functions. It answers as `execute` of graphql-js does,
 * but errors contain no suggestions. Everything that is equal in each execution is computed once.
 */
export function compileDocument(schema: GraphQLSchema, document: DocumentNode): CompiledDocument {
  const fragments = fragmentsOf(document);
  const operations: { name: string | undefined; execute: CompiledOperation }[] = [];
  const conditions = conditionVariables(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const execute = compileOperation(definition, { schema, fragments, conditions });
    operations.push({ name: definition.name?.value, execute });
  }
  return {
    execute(operationName, variables, context) {
      const named =
        operationName == null ? operations : operations.filter(({ name }) => name === operationName);
      const [operation, another] = named;
      if (!operation || another) throw new GraphQLError('Expected the name of an operation in the document.');
      return operation.execute(variables, context);
    },
  };
}

interface OperationContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The variables of `@skip` and `@include`. */
  readonly conditions: readonly string[];
}

function compileOperation(operation: OperationDefinitionNode, context: OperationContext): CompiledOperation {
  const { schema, fragments, conditions: names } = context;
  const coerce = compileVariables(operation, schema);
  const variants = new Map<string, CompiledSelections>();
  const compile = operation.operation === OperationTypeNode.MUTATION ? compileSerially : compileObject;

  const selectionsOf = (variables: Variables): CompiledSelections => {
    const variant = names.map((name) => String(variables[name])).join();
    let selections = variants.get(variant);
    if (!selections) {
      const conditions = Object.fromEntries(
        names.filter((name) => name in variables).map((name) => [name, variables[name]]),
      );
      const context: DocumentContext = {
        schema,
        operation,
        fragments,
        conditions,
        within: (type, selections) => compileObject(type, selections, context),
      };
      selections = compile(schema.getRootType(operation.operation)!, [operation.selectionSet], context);
      if (variants.size >= MAX_VARIANTS) variants.clear();
      variants.set(variant, selections);
    }
    return selections;
  };

  return (given, contextValue) => {
    const variables = coerce(given);
    if (variables.errors) return { errors: variables.errors };
    const run = new DocumentRun(contextValue, variables.coerced);
    const failed = (error: unknown): ExecutionResult => {
      run.fail(error as GraphQLError, undefined);
      return resultOf(null, run);
    };
    try {
      const data = selectionsOf(run.variables)(run, undefined, undefined);
      return data instanceof Promise
        ? data.then((value) => resultOf(value, run), failed)
        : resultOf(data, run);
    } catch (error) {
      return failed(error);
    }
  };
}

function resultOf(data: Record<string, unknown> | null, { errors }: DocumentRun): ExecutionResult {
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

type CoercedVariables =
  { readonly coerced: Variables; readonly errors?: undefined } | { readonly errors: readonly GraphQLError[] };

/** The most errors reported for the values of one request. */
const MAX_ERRORS = 50;

/**
 * Compiles the variables of an operation (GraphQL §6.1.2). If a value is wrong, graphql-js reads the values
 * again and reports the errors.
 */
function compileVariables(
  { variableDefinitions: definitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
): (given: Variables) => CoercedVariables {
  const variables = definitions.map(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node);
    if (!isInputType(type)) throw new TypeError('Documents are validated before they are compiled.');
    return {
      name: variable.name.value,
      coerce: compileInput(type),
      isRequired: isNonNullType(type),
      fallback: defaultValue && (() => valueFromAST(defaultValue, type)),
    };
  });
  const coerceAll = (given: Variables): Variables => {
    const coerced: Record<string, unknown> = {};
    for (const { name, coerce, isRequired, fallback } of variables) {
      if (Object.hasOwn(given, name)) coerced[name] = coerce(given[name]);
      else if (fallback) coerced[name] = fallback();
      else if (isRequired) throw new TypeError('A variable is missing.');
    }
    return coerced;
  };
  return (given) => {
    try {
      return { coerced: coerceAll(given) };
    } catch {
      return getVariableValues(schema, definitions, given, { maxErrors: MAX_ERRORS }) as CoercedVariables;
    }
  };
}

type Coerce = (value: unknown) => unknown;

/** Compiles the coercion of an input type. The function throws at any invalid value. */
function compileInput(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const coerce = compileInput(type.ofType as GraphQLInputType);
    return (value) => {
      if (value == null) throw new TypeError('Expected a value.');
      return coerce(value);
    };
  }
  const whole: Coerce = (value) => coerceInputValue(value, type);
  if (isListType(type)) {
    const coerce = compileInput(type.ofType as GraphQLInputType);
    return (value) => (Array.isArray(value) ? Array.from(value, coerce) : whole(value));
  }
  if (!isLeafType(type)) return whole;
  return (value) => {
    if (value == null) return null;
    const parsed: unknown = type.parseValue(value);
    if (parsed === undefined) throw new TypeError('Expected another value.');
    return parsed;
  };
}
