import { type GraphQLLeafType, isEnumType } from 'graphql';
import { type KeyScalar, keyScalars } from '../../schema/keys.js';

/** Answers a leaf value as it is written into the response; undefined where it is none of its type. */
export type LeafReader = (value: unknown) => unknown;

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

/** The built-in scalars by GraphQL §3.5; a registry has serialised them, so nothing is converted but an integer ID. */
const builtIn = new Map<string, LeafReader>([
  ['Int', (value) => (isInt(value) ? value : undefined)],
  ['Float', (value) => (Number.isFinite(value) ? value : undefined)],
  ['String', (value) => (typeof value === 'string' ? value : undefined)],
  ['Boolean', (value) => (typeof value === 'boolean' ? value : undefined)],
  [
    'ID',
    (value) => (typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : undefined),
  ],
]);

export function leafReader(type: GraphQLLeafType): LeafReader {
  // An enum value that is hidden from the API is none.
  if (isEnumType(type))
    return (value) => (typeof value === 'string' && type.getValue(value) ? value : undefined);
  return builtIn.get(type.name) ?? ((value) => value);
}

/** The key scalar that a type is, if it is one. */
export function keyScalarOf({ name }: { readonly name: string }): KeyScalar | undefined {
  return keyScalars.find((scalar) => scalar === name);
}

function isInt(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) <= MAX_INT && (value as number) >= MIN_INT;
}
