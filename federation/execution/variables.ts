import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import { PolkuError } from '../../lib/errors.js';
import type { EntityTypes, IdCodec } from '../hooks.js';
import type { OperationVariable } from './normaliseOperation.js';

/** A variable with its value in one request. */
interface CoercedVariable {
  readonly name: string;
  readonly label: string;
  readonly type: GraphQLInputType;
  readonly value: unknown;
}

/**
 * Implements CoerceVariableValues (GraphQL §6.1.2), and the null check of CoerceArgumentValues (§6.4.1). A
 * request with null in a forbidden place is rejected before a registry is asked. Variables with neither value
 * nor default are left out. Messages name the place and the type. They never repeat the value, which may be
 * anything, and they suggest no names.
 * @param schema the schema that the caller may see, so that hidden inputs do not exist either
 * @throws PolkuError BAD_USER_INPUT
 */
export function coerceVariables(
  variables: readonly OperationVariable[],
  given: Readonly<Record<string, unknown>>,
  schema: GraphQLSchema,
): CoercedVariable[] {
  const coerced: CoercedVariable[] = [];
  for (const variable of variables) {
    const { name, label } = variable;
    const type = typeFromAST(schema, variable.type);
    if (!isInputType(type)) throw badInput(variable, [], 'has a type that is no input type');
    const raw = rawValue(variable, given);
    if (raw === null && variable.nonNull && !isNonNullType(type))
      throw badInput(variable, [], 'is null and is used where null is not allowed');
    if (raw !== undefined) coerced.push({ name, label, type, value: coerce(raw, type, variable) });
    else if (variable.defaultValue)
      coerced.push({ name, label, type, value: valueFromAST(variable.defaultValue, type) });
    else if (isNonNullType(type)) throw badInput(variable, [], `is missing; its type is ${String(type)}`);
  }
  return coerced;
}

function rawValue({ source }: OperationVariable, given: Readonly<Record<string, unknown>>): unknown {
  if ('literal' in source) return source.literal;
  return Object.hasOwn(given, source.variable) ? given[source.variable] : undefined;
}

function coerce(raw: unknown, type: GraphQLInputType, variable: OperationVariable): unknown {
  return coerceInputValue(raw, type, (path) => {
    throw badInput(variable, path, `does not fit its type ${String(type)}`);
  });
}

function badInput(
  { label }: OperationVariable,
  path: readonly (string | number)[],
  what: string,
): PolkuError {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return new PolkuError('BAD_USER_INPUT', `${label}${place} ${what}.`, { variable: label + place });
}

/** Values of variables by their internal names, as plans and registries use them. */
export type VariableValues = Readonly<Record<string, unknown>>;

/**
 * Unseals the ids in variables into keys, by type, at any depth.
 * @throws PolkuError ID_UNKNOWN: an id of another domain is rejected exactly like one that never existed
 */
export function unsealVariables(
  variables: readonly CoercedVariable[],
  types: EntityTypes,
  ids: IdCodec,
): VariableValues {
  const unseal = (value: unknown, type: GraphQLInputType, place: string): unknown => {
    if (value === null || value === undefined) return value;
    if (isNonNullType(type)) return unseal(value, type.ofType, place);
    if (isListType(type))
      return (value as unknown[]).map((item, index) => unseal(item, type.ofType, `${place}[${index}]`));
    if (isInputObjectType(type)) {
      const fields = type.getFields();
      const result = Object.create(null) as Record<string, unknown>;
      for (const [name, item] of Object.entries(value))
        result[name] = unseal(item, fields[name]!.type, `${place}.${name}`);
      return result;
    }
    return types.isKeyScalar(type.name) ? unsealId(value, type.name, place, ids) : value;
  };
  const values = Object.create(null) as Record<string, unknown>;
  for (const { name, label, type, value } of variables) values[name] = unseal(value, type, label);
  return values;
}

function unsealId(id: unknown, scalar: string, place: string, ids: IdCodec): unknown {
  const key = ids.unseal(scalar, id);
  if (key !== undefined) return key;
  throw new PolkuError(
    'ID_UNKNOWN',
    `${place} is not an id of type ${scalar} that was given to this recipient for this purpose.`,
    { variable: place },
  );
}
