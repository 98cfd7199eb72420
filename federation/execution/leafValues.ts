import { type GraphQLLeafType, isEnumType } from 'graphql';

/** Answers a leaf value as it is written into the response; undefined where it is none of its type. */
export type LeafReader = (value: unknown) => unknown;

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

/** JSON by RFC 8259: a string, and a number of no more digits than a double keeps. */
const STRING = '"[^"\\\\\\u0000-\\u001f]*(?:\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\\\\u0000-\\u001f]*)*"';
const NUMBER = '-?(?:0|[1-9]\\d{0,14})(?:\\.\\d{1,15})?';
const BOOLEAN = '(?:true|false)';

/** A built-in scalar by GraphQL §3.5; a registry has serialised it, so nothing is converted but an integer ID. */
interface BuiltIn {
  readonly read: LeafReader;
  /** Matches JSON that is surely of the type; JSON that it does not match is parsed and read. */
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
  // An enum value that is hidden from the API is none.
  if (isEnumType(type))
    return (value) => (typeof value === 'string' && type.getValue(value) ? value : undefined);
  return builtIn.get(type.name)?.read ?? ((value) => value);
}

/** Matches JSON text that is a value of the type, not null; a regular expression's source. */
export function jsonPattern(type: GraphQLLeafType): string {
  if (isEnumType(type))
    return `"(?:${type
      .getValues()
      .map(({ name }) => name)
      .join('|')})"`;
  return builtIn.get(type.name)?.pattern ?? `(?:${STRING}|${NUMBER}|${BOOLEAN})`;
}

/** Whether values of a type may be anything, objects and lists included. */
export function isCustomScalar(type: GraphQLLeafType): boolean {
  return !isEnumType(type) && !builtIn.has(type.name);
}

function isInt(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) <= MAX_INT && (value as number) >= MIN_INT;
}
