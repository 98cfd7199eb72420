import { type GraphQLLeafType, isEnumType } from 'graphql';

/** Returns a leaf value as the response needs it; undefined where the value is not of the type. */
export type LeafReader = (value: unknown) => unknown;

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

/** JSON (RFC 8259): a string, and a number with no more digits than a double can hold. */
const STRING = '"[^"\\\\\\u0000-\\u001f]*(?:\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\\\\u0000-\\u001f]*)*"';
const NUMBER = '-?(?:0|[1-9]\\d{0,14})(?:\\.\\d{1,15})?';
const BOOLEAN = '(?:true|false)';

/**
 * A built-in scalar (GraphQL §3.5). A registry has serialised the value, so only an integer ID is converted.
 */
interface BuiltIn {
  readonly read: LeafReader;
  /** Matches only JSON of the type. JSON that it does not match is parsed and checked. */
  readonly pattern: string;
}

const builtIn = new Map<string, BuiltIn>([
  ['Int', { read: (value) => (isInt(value) ? value : undefined), pattern: '-?(?:0|[1-9]\\d{0,8})' }],
  ['Float', { read: (value) => (Number.isFinite(value) ? value : undefined), pattern: NUMBER }],
  ['String', { read: (value) => (typeof value === 'string' ? value : undefined), pattern: STRING }],
  ['Boolean', { read: (value) => (typeof value === 'boolean' ? value : undefined), pattern: BOOLEAN }],
  [
    'ID',
    {
      read: (value) =>
        typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : undefined,
      pattern: STRING,
    },
  ],
]);

export function leafReader(type: GraphQLLeafType): LeafReader {
  // An enum value that is hidden from the API is invalid.
  if (isEnumType(type))
    return (value) => (typeof value === 'string' && type.getValue(value) ? value : undefined);
  return builtIn.get(type.name)?.read ?? ((value) => value);
}

/** Returns the source of a regular expression that matches JSON of the type, except null. */
export function jsonPattern(type: GraphQLLeafType): string {
  if (isEnumType(type))
    return `"(?:${type
      .getValues()
      .map(({ name }) => name)
      .join('|')})"`;
  return builtIn.get(type.name)?.pattern ?? `(?:${STRING}|${NUMBER}|${BOOLEAN})`;
}

/** Whether values of a type may be any JSON, including objects and lists. */
export function isCustomScalar(type: GraphQLLeafType): boolean {
  return !isEnumType(type) && !builtIn.has(type.name);
}

function isInt(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) <= MAX_INT && (value as number) >= MIN_INT;
}
