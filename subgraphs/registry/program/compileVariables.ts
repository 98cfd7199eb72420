import {
  coerceInputValue,
  getVariableValues,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import type { Variables } from './programRun.js';

type CoercedVariables =
  { readonly coerced: Variables; readonly errors?: undefined } | { readonly errors: readonly GraphQLError[] };

/** Of a request with more wrong values than this the others are not told. */
const MAX_ERRORS = 50;

/**
 * Compiles the variables of an operation (GraphQL §6.1.2). What is wrong with values is told by graphql-js, which reads them
 * once more then.
 */
export function compileVariables(
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
