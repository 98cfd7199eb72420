import { getNamedType, type GraphQLType } from 'graphql';
import { IdentityCodeScalar } from '../../schema/scalars.js';
import type { SelectedCoordinates } from './policyCheck.js';

/** Whether values of a type are identity codes, alone or in a list. */
export function isIdentityCode(type: GraphQLType | null | undefined): boolean {
  return getNamedType(type)?.name === IdentityCodeScalar.name;
}

/** Response keys of look-ups by identity code: fields that have an argument of type IdentityCode. */
export function lookupKeys(
  selected: readonly Pick<SelectedCoordinates, 'node' | 'field'>[],
): readonly string[] {
  const keys = selected
    .filter(({ field }) => field.args.some(({ type }) => isIdentityCode(type)))
    .map(({ node }) => (node.alias ?? node.name).value);
  return [...new Set(keys)];
}
