import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../schema/parseJson.js';
import { PolkuError } from '../../schema/polkuError.js';
import { Turns } from '../../schema/turns.js';
import { isJson } from './mediaType.js';
import { readBody } from './readBody.js';

/** What a client asks, as GraphQL over HTTP has it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Asked by GET, which changes nothing. */
  readonly isSafe: boolean;
}

/** Bytes of a body above which reading it, and the variables in it, is long work. */
const LARGE = 10_000;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a request by GET or POST.
 * @param search the query of the URL
 * @throws PolkuError BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE, REQUEST_TOO_LARGE, OPERATION_TOO_LARGE,
 * PERSISTED_QUERY_NOT_SUPPORTED
 */
export async function readGraphqlRequest(
  request: IncomingMessage,
  search: string,
  bodyBytes: number,
): Promise<GraphqlRequest> {
  if (request.method === 'GET') return readMembers(searchMembers(new URLSearchParams(search)), true);
  requireJson(request);
  const text = await readBody(request, bodyBytes);
  if (isLarge(request)) await new Turns().next();
  return readMembers(parseText(text, 'The body'), false);
}

/** Whether the body is large, by what its head says; one that does not say may be. */
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
      'Expected a body as it is: send no header content-encoding.',
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

function readMembers(members: unknown, isSafe: boolean): GraphqlRequest {
  if (!isObject(members)) throw new PolkuError('BAD_REQUEST', 'Expected an object with a query.');
  const { query, operationName, variables, extensions } = members;
  if (!isObject(extensions ?? {})) throw wrongMember('extensions', 'an object');
  // Clients that send the hash of a query first know the refusal by these very words.
  if ((extensions as Members | null | undefined)?.['persistedQuery'])
    throw new PolkuError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  if (typeof query !== 'string' || query === '') throw wrongMember('query', 'the text of an operation');
  if (typeof (operationName ?? '') !== 'string') throw wrongMember('operationName', 'a string');
  if (!isObject(variables ?? {})) throw wrongMember('variables', 'an object');
  return {
    query,
    // No operation can have an empty name; GraphQL over HTTP takes one as none (section "GET").
    operationName: (operationName || undefined) as string | undefined,
    variables: (variables ?? {}) as Members,
    isSafe,
  };
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongMember(name: string, expected: string): PolkuError {
  return new PolkuError('BAD_REQUEST', `Expected ${expected} as ${name}.`);
}
