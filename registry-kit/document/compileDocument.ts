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
import {
  compileObject,
  compileSerially,
  type CompiledSelections,
  type CompileContext,
  DocumentRun,
  type Variables,
} from './compileObject.js';

/** A document that is compiled. */
export interface CompiledDocument {
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

type CompiledOperation = (
  variables: Variables,
  context: unknown,
) => ExecutionResult | Promise<ExecutionResult>;

/** An operation whose conditions were met in more ways than this is compiled anew. */
const MAX_VARIANTS = 16;

/**
 * Compiles a document that is valid for a schema into functions, and answers as `execute` of graphql-js does, without
 * suggestions in the words of errors: whatever is the same each time it runs is worked out once.
 */
export function compileDocument(schema: GraphQLSchema, document: DocumentNode): CompiledDocument {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  const operations: { name: string | undefined; execute: CompiledOperation }[] = [];
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

function compileOperation(operation: OperationDefinitionNode, context: OperationContext): CompiledOperation {
  const { schema, fragments, conditions: names } = context;
  const coerce = compileVariables(operation, schema);
  const variants = new Map<string, CompiledSelections>();
  const compile = operation.operation === OperationTypeNode.MUTATION ? compileSerially : compileObject;

  const variantOf = (variables: Variables): CompiledSelections => {
    const variant = names.map((name) => String(variables[name])).join();
    let program = variants.get(variant);
    if (!program) {
      const conditions = Object.fromEntries(
        names.filter((name) => name in variables).map((name) => [name, variables[name]]),
      );
      const context: CompileContext = {
        schema,
        operation,
        fragments,
        conditions,
        within: (type, selections) => compileObject(type, selections, context),
      };
      program = compile(schema.getRootType(operation.operation)!, [operation.selectionSet], context);
      if (variants.size >= MAX_VARIANTS) variants.clear();
      variants.set(variant, program);
    }
    return program;
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
      const data = variantOf(run.variables)(run, undefined, undefined);
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

/** Of a request with more wrong values than this the others are not told. */
const MAX_ERRORS = 50;

/**
 * Compiles the variables of an operation (GraphQL §6.1.2). What is wrong with values is told by graphql-js, which reads them
 * once more then.
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

/** Throws at anything that is wrong. */
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
