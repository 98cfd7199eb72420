import type { IncomingMessage } from 'node:http';
import { PolkuError } from '../../schema/polkuError.js';
import { readBody } from '../http/readBody.js';

/** What a client asks, as GraphQL over HTTP has it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Asked by GET, which changes nothing. */
  readonly isSafe: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a request by GET or POST.
 * @param search the query of the URL
 * @throws PolkuError BAD_REQUEST, REQUEST_TOO_LARGE, PERSISTED_QUERY_NOT_SUPPORTED
 */
export async function readGraphqlRequest(
  request: IncomingMessage,
  search: string,
  bodyBytes: number,
): Promise<GraphqlRequest> {
  if (request.method === 'GET') return readMembers(searchMembers(new URLSearchParams(search)), true);
  const type = request.headers['content-type'];
  const body = await readBody(request, bodyBytes);
  if (!type || !/^application\/json[ \t]*(?:;|$)/i.test(type))
    throw new PolkuError('BAD_REQUEST', 'Expected a body of the type application/json.');
  return readMembers(parseJson(body, 'The body'), false);
}

function searchMembers(search: URLSearchParams): Members {
  const once = (name: string): string | undefined => {
    const [value, ...more] = search.getAll(name);
    if (more.length > 0) throw new PolkuError('BAD_REQUEST', `Expected ${name} once in the address.`);
    return value;
  };
  const json = (name: string): unknown => {
    const text = once(name);
    return text === undefined ? undefined : parseJson(text, name);
  };
  return {
    query: once('query'),
    operationName: once('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
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
    operationName: (operationName ?? undefined) as string | undefined,
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
