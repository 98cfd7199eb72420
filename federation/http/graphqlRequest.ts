import type { IncomingMessage } from 'node:http';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { parseJson } from '../../lib/parseJson.js';
import { readBody } from '../../lib/requestBody.js';

/** A GraphQL request, as GraphQL over HTTP defines it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether it was sent by GET, which must not change anything. */
  readonly isSafe: boolean;
}

/** The operation that a client sends or names; one of the two is there. */
export interface NamedOperation {
  readonly text: string | undefined;
  /** SHA-256 of its text. What is no such hash names no operation. */
  readonly hash: string | undefined;
}

/** Above this size, reading a body and its variables is long work. */
const LARGE = 10_000;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a request by GET or POST.
 * @param search the query string of the URL
 * @param textOf finds the text of an operation that a client names by its hash
 * @throws PolkuError BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE, REQUEST_TOO_LARGE, OPERATION_TOO_LARGE, and what
 * `textOf` throws
 */
export async function readGraphqlRequest(
  request: IncomingMessage,
  search: string,
  bodyBytes: number,
  textOf: (named: NamedOperation) => string = sentText,
): Promise<GraphqlRequest> {
  if (request.method === 'GET') return readMembers(searchMembers(new URLSearchParams(search)), true, textOf);
  requireJson(request);
  const text = await readBody(request, bodyBytes);
  if (isLarge(request)) await new CooperativeScheduler().yield();
  return readMembers(parseText(text, 'The body'), false, textOf);
}

/**
 * The text of an operation where none is stored.
 * @throws PolkuError PERSISTED_QUERY_NOT_SUPPORTED if the client names it by its hash
 */
export function sentText({ text, hash }: NamedOperation): string {
  if (hash === undefined) return text!;
  // Clients that first send the hash of a query recognise the rejection by this exact message.
  throw new PolkuError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}

/** Whether the body is large according to its headers. A body of unknown length counts as large. */
export function isLarge({ headers }: IncomingMessage): boolean {
  const isChunked = headers['transfer-encoding'] !== undefined;
  return isChunked || Number(headers['content-length'] ?? 0) > LARGE;
}

/** @throws PolkuError UNSUPPORTED_MEDIA_TYPE */
export function requireJson({ headers }: IncomingMessage): void {
  if (!isJson(headers['content-type']))
    throw new PolkuError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Expected a body of the type application/json, in UTF-8: content-type: application/json.',
    );
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new PolkuError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Expected an uncompressed body: send no header content-encoding.',
    );
}

function searchMembers(search: URLSearchParams): Members {
  const once = (name: string): string | undefined => {
    const [value, ...more] = search.getAll(name);
    if (more.length > 0) throw new PolkuError('BAD_REQUEST', `Expected ${name} once in the address.`);
    return value;
  };
  const json = (name: string): unknown => {
    const text = once(name);
    return text === undefined ? undefined : parseText(text, name);
  };
  return {
    query: once('query'),
    documentId: once('documentId'),
    operationName: once('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

function parseText(text: string, what: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof PolkuError) throw error;
    throw new PolkuError('BAD_REQUEST', `${what} is not JSON.`);
  }
}

function readMembers(
  members: unknown,
  isSafe: boolean,
  textOf: (named: NamedOperation) => string,
): GraphqlRequest {
  if (!isObject(members)) throw new PolkuError('BAD_REQUEST', 'Expected an object with a query.');
  const { query, operationName, variables, extensions } = members;
  if (!isObject(extensions ?? {})) throw wrongMember('extensions', 'an object');
  const hash = hashOf(members);
  const isNamed = hash !== undefined && query == null;
  if (!isNamed && (typeof query !== 'string' || query === ''))
    throw wrongMember('query', 'the text of an operation');
  if (typeof (operationName ?? '') !== 'string') throw wrongMember('operationName', 'a string');
  if (!isObject(variables ?? {})) throw wrongMember('variables', 'an object');
  return {
    query: textOf({ text: (query ?? undefined) as string | undefined, hash }),
    // No operation can have an empty name. GraphQL over HTTP treats an empty name as no name (section "GET").
    operationName: (operationName || undefined) as string | undefined,
    variables: (variables ?? {}) as Members,
    isSafe,
  };
}

/**
 * The hash by which a client names a stored operation: `documentId` (GraphQL over HTTP, appendix "Persisted
 * Documents"), or `extensions.persistedQuery`, which the clients of Apollo and urql send.
 */
function hashOf({ documentId, extensions }: Members): string | undefined {
  if (documentId != null) {
    if (typeof documentId !== 'string') throw wrongMember('documentId', '"sha256:" and a hash');
    return /^sha256:([0-9a-f]{64})$/.exec(documentId)?.[1] ?? '';
  }
  const named = (extensions as Members | null | undefined)?.['persistedQuery'];
  if (!named) return undefined;
  const { version, sha256Hash } = named as Members;
  return version === 1 && typeof sha256Hash === 'string' ? sha256Hash : '';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongMember(name: string, expected: string): PolkuError {
  return new PolkuError('BAD_REQUEST', `Expected ${expected} as ${name}.`);
}

/**
 * A media type (RFC 9110 §8.3.1). Type, subtype and parameter names are lower case, since they are
 * case-insensitive.
 */
interface ParsedType {
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*"';
const ESSENCE = new RegExp(`^${TOKEN}/${TOKEN}`);
/** Empty parameters are allowed. Spaces around "=" are not (RFC 9110 §5.6.6). */
const PARAMETER = new RegExp(`[ \\t]*;[ \\t]*(?:(${TOKEN})=(${TOKEN}|${QUOTED}))?`, 'y');

/** The media types of GraphQL responses. The first is used where a client has no preference. */
const answerTypes = ['application/json', 'application/graphql-response+json'] as const;

export type AnswerType = (typeof answerTypes)[number];

interface MediaRange {
  readonly essence: string;
  readonly quality: number;
}

/** Whether a `Content-Type` is JSON in UTF-8, the only encoding of JSON between systems (RFC 8259 §8.1). */
export function isJson(contentType: string | undefined): boolean {
  const type = parseType(contentType ?? '');
  return type?.essence === 'application/json' && isUtf8(type);
}

/**
 * Selects the type that a client prefers. Of two equal ones it selects the one that is named first (RFC 9110
 * §12.5.1).
 * @returns undefined where the client accepts none
 */
export function acceptedType(accept = '*/*'): AnswerType | undefined {
  const ranges = elementsOf(accept).flatMap((element) => readRange(element) ?? []);
  let best: { readonly type: AnswerType; readonly quality: number; readonly at: number } | undefined;
  for (const type of answerTypes) {
    const at = mostSpecific(ranges, type);
    const quality = ranges[at]?.quality ?? 0;
    if (quality === 0) continue;
    if (!best || quality > best.quality || (quality === best.quality && at < best.at))
      best = { type, quality, at };
  }
  return best?.type;
}

/** @returns undefined where the text is not a media type, or has a parameter twice */
function parseType(text: string): ParsedType | undefined {
  const trimmed = text.replace(/^[ \t]+|[ \t]+$/g, '');
  const essence = ESSENCE.exec(trimmed)?.[0];
  if (essence === undefined) return undefined;
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = essence.length;
  while (PARAMETER.lastIndex < trimmed.length) {
    const found = PARAMETER.exec(trimmed);
    if (!found) return undefined;
    const [, name, value] = found;
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), unquoted(value!));
  }
  return { essence: essence.toLowerCase(), parameters };
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

function isUtf8({ parameters }: ParsedType): boolean {
  return /^utf-?8$/i.test(parameters.get('charset') ?? 'utf-8');
}

/** Splits a list into its elements. A comma in a quoted string does not separate elements. */
function elementsOf(list: string): readonly string[] {
  return list.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? [];
}

/** Reads a range. A range with parameters that no response has, such as a version, accepts none of them. */
function readRange(element: string): MediaRange | undefined {
  const type = parseType(element);
  if (!type || !isUtf8(type)) return undefined;
  const others = [...type.parameters.keys()].filter((name) => name !== 'q' && name !== 'charset');
  const weight = type.parameters.get('q') ?? '1';
  if (others.length > 0 || !/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight)) return undefined;
  return { essence: type.essence, quality: Number(weight) };
}

/** Returns the index of the range that describes a type most closely; -1 where none includes it. */
function mostSpecific(ranges: readonly MediaRange[], type: AnswerType): number {
  for (const essence of [type, 'application/*', '*/*']) {
    const at = ranges.findIndex((range) => range.essence === essence);
    if (at >= 0) return at;
  }
  return -1;
}
