import { type GraphQLInputType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { PolkuError } from '../../schema/polkuError.js';
import type { Domain } from '../pseudonyms/domain.js';
import { unseal } from '../pseudonyms/sealer.js';
import type { CoercedVariable } from './coerceVariables.js';
import { keyScalarOf } from './leafValues.js';

/** Values of variables by their names inside, as plans and registries take them. */
export type VariableValues = Readonly<Record<string, unknown>>;

/**
 * Turns the ids in variables into keys, by type, however deep they lie.
 * @throws PolkuError ID_UNKNOWN: an id of another domain is refused exactly like one that never existed
 */
export function unsealVariables(variables: readonly CoercedVariable[], domain: Domain): VariableValues {
  const values = Object.create(null) as Record<string, unknown>;
  for (const { name, label, type, value } of variables)
    values[name] = unsealValue(value, type, label, domain);
  return values;
}

function unsealValue(value: unknown, type: GraphQLInputType, place: string, domain: Domain): unknown {
  if (value === null || value === undefined) return value;
  if (isNonNullType(type)) return unsealValue(value, type.ofType, place, domain);
  if (isListType(type)) {
    return (value as unknown[]).map((item, i) => unsealValue(item, type.ofType, `${place}[${i}]`, domain));
  }
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    const result = Object.create(null) as Record<string, unknown>;
    for (const [name, item] of Object.entries(value))
      result[name] = unsealValue(item, fields[name]!.type, `${place}.${name}`, domain);
    return result;
  }
  const kind = keyScalarOf(type);
  if (!kind) return value;
  const key = unseal(domain, kind, value);
  if (key !== undefined) return key;
  throw new PolkuError(
    'ID_UNKNOWN',
    `${place} is not an id of type ${kind} that was given to this recipient for this purpose.`,
    { variable: place },
  );
}
