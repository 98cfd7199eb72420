import { Kind, parse, print, type TypeNode, visit } from 'graphql';
import type { WrittenOperation } from './operation.js';

const VARIABLES = '# Variables: ';

/** A sealed id, or anything else that is long and has no words. */
const ID = /^[\w-]{20,}$/;
const ID_IN_COMMENT = /#.*[\w-]{20,}/;
/** A Finnish personal identity code, anywhere in a text. */
const IDENTITY_CODE = /\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z]/;
/** Types whose values name somebody. */
const NAMING_TYPE = /ID$|^IdentityCode$/;

/** An operation as text to share. */
interface OperationFile {
  readonly text: string;
  /** Names of variables that are not in it, because their values may identify people. */
  readonly leftOut: readonly string[];
}

/**
 * Writes an operation as a `.graphql` file, with its variables in a comment. Ids are left out: a file goes to
 * people who may not see the persons that they name.
 * @throws GraphQLError if the query is not GraphQL; SyntaxError if the variables are not JSON
 */
export function operationFile({ query, variables }: WrittenOperation): OperationFile {
  const document = parse(query);
  const naming = new Set<string>();
  visit(document, {
    VariableDefinition({ variable, type }) {
      if (NAMING_TYPE.test(namedType(type))) naming.add(variable.name.value);
    },
  });
  const given = Object.entries(readVariablesText(variables));
  const leftOut = given.filter(([name, value]) => naming.has(name) || namesSomebody(value));
  const kept = given.filter((entry) => !leftOut.includes(entry));
  const isClean =
    !document.definitions.some((node) => holdsIds(print(node))) &&
    !IDENTITY_CODE.test(query) &&
    !ID_IN_COMMENT.test(query);
  const text = isClean ? query.trim() : print(withoutIds(query));
  const comment = kept.length > 0 ? `${VARIABLES}${JSON.stringify(Object.fromEntries(kept))}\n` : '';
  return { text: `${comment}${text}\n`, leftOut: leftOut.map(([name]) => name) };
}

/**
 * Reads such a file.
 * @throws GraphQLError if it is not GraphQL; SyntaxError if the variables are not JSON
 */
export function readOperationFile(text: string): WrittenOperation {
  parse(text);
  const [first = '', ...rest] = text.split('\n');
  if (!first.startsWith(VARIABLES)) return { query: text, variables: '' };
  const variables = readVariablesText(first.slice(VARIABLES.length));
  return { query: rest.join('\n'), variables: JSON.stringify(variables, null, 2) };
}

/** @throws SyntaxError unless it is a JSON object or empty */
export function readVariablesText(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError();
  return value as Record<string, unknown>;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function namesSomebody(value: unknown): boolean {
  if (typeof value === 'string') return ID.test(value) || IDENTITY_CODE.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(namesSomebody);
}

function holdsIds(text: string): boolean {
  return [...text.matchAll(/"([^"\n]*)"/g)].some(([, value]) => namesSomebody(value));
}

/** Without texts that may identify people, and without comments. */
function withoutIds(query: string) {
  return visit(parse(query), {
    StringValue: (node) => (namesSomebody(node.value) ? { ...node, value: '' } : undefined),
  });
}
