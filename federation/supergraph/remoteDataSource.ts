import { PolkuError } from '../../lib/errors.js';
import { refusedBy } from '../../lib/tls/tlsFaults.js';
import { ConnectionPool, ExchangeFailed, type PoolTls } from '../http/connectionPool.js';
import type { DataSource, Fetch, FetchContext, SubgraphResponse } from './dataSource.js';

const TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 64 * 2 ** 20;
const CONNECTIONS = 128;
const SDL_QUERY = 'query __ApolloGetServiceDefinition__ { _service { sdl } }';
/** Length as JSON; a contract has some ten thousand characters. */
const MAX_SDL_RESPONSE_LENGTH = 4 * 2 ** 20;
/** A page of a thousand persons has at most this many for each of its fields. */
const MAX_ERRORS = 10_000;

const FIELDS =
  'content-type: application/json\r\naccept: application/graphql-response+json, application/json;q=0.9\r\n';

/** Headers that prove to a subgraph who asks. */
interface Proof {
  forOperation(requester: unknown, body: string): Promise<Readonly<Record<string, string>>> | undefined;
  forComposition(): Promise<Readonly<Record<string, string>>> | undefined;
}

interface RemoteSubgraph {
  readonly name: string;
  readonly url: URL;
  readonly proof: Proof;
  /** Maximum milliseconds for an answer. */
  readonly timeoutMs?: number | undefined;
  /** Maximum number of open connections; more requests wait for one. */
  readonly connections?: number | undefined;
  readonly tls?: PoolTls | undefined;
}

type Sending = Omit<FetchContext, 'requester'>;

export interface RemoteDataSource extends DataSource {
  /**
   * Returns the schema that the subgraph reports; undefined where the answer holds none.
   * @throws PolkuError SUBGRAPH_UNAVAILABLE
   */
  readSdl(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * A subgraph in another process (GraphQL over HTTP). It contains every fault of the subgraph: an answer that
 * is slow, too large, incomplete or not GraphQL counts as unavailable. A query is retried once where the
 * connection failed.
 */
export function remoteDataSource({
  name,
  url,
  proof,
  timeoutMs = TIMEOUT_MS,
  connections = CONNECTIONS,
  tls,
}: RemoteSubgraph): RemoteDataSource {
  const pool = new ConnectionPool(url, {
    bodyBytes: MAX_RESPONSE_BYTES,
    connections,
    timeoutMs,
    tls,
  });
  const breaker = new CircuitBreaker();

  async function exchange(
    body: string,
    own: Readonly<Record<string, string>> | undefined,
    again: boolean,
    { signal, onSend }: Sending,
  ): Promise<string> {
    try {
      onSend?.();
      return await pool.post(own ? FIELDS + fieldLines(own) : FIELDS, body, signal);
    } catch (error) {
      if (again && error instanceof ExchangeFailed && error.isBroken)
        return exchange(body, own, false, { signal, onSend });
      throw error;
    }
  }

  async function ask(
    request: Fetch,
    prove: (body: string) => Promise<Readonly<Record<string, string>>> | undefined,
    sending: Sending,
  ): Promise<SubgraphResponse> {
    const { signal } = sending;
    const { idempotent, read } = request;
    const body = bodyOf(request);
    const proving = prove(body);
    const own = proving && (await proving);
    if (!breaker.allowsRequest()) throw unavailable(new Error('Not asked, because earlier requests failed.'));
    try {
      const response = readResponse(read(await exchange(body, own, idempotent, sending)));
      breaker.succeeded();
      const refusal = refusalIn(response, name);
      if (refusal) throw refusal;
      return response;
    } catch (cause) {
      if (cause instanceof PolkuError) throw unavailable(cause);
      if (signal?.aborted) breaker.cancelled();
      else breaker.failed();
      signal?.throwIfAborted();
      throw unavailable(cause);
    }
  }

  function unavailable(cause: unknown): PolkuError {
    return new PolkuError(
      'SUBGRAPH_UNAVAILABLE',
      'A registry did not answer.',
      { subgraph: name },
      { cause },
    );
  }

  return {
    fetch: (request, { requester, ...sending }: FetchContext) =>
      ask(request, (body) => proof.forOperation(requester, body), sending),
    async readSdl() {
      const sdlRequest = {
        query: SDL_QUERY,
        operationName: undefined,
        variables: {},
        idempotent: true,
        read: readSdlResponse,
      };
      const { data } = await ask(sdlRequest, () => proof.forComposition(), { signal: undefined });
      const service = (data as { _service?: { sdl?: unknown } } | undefined)?._service;
      return typeof service?.sdl === 'string' ? service.sdl : undefined;
    },
    close: async () => pool.close(),
  };
}

function bodyOf({ query, operationName, variables, representations }: Fetch): string {
  const body = JSON.stringify({ query, operationName, variables });
  if (!representations) return body;
  const isAlone = body.endsWith('{}}');
  return `${body.slice(0, -2)}${isAlone ? '' : ','}"representations":${representations.json()}}}`;
}

/** @throws TypeError where a value would break out of its header line */
function fieldLines(headers: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\x20-\x7e]*$/.test(value))
      throw new TypeError(`The header ${name} has a character that no header may have.`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/**
 * Keeps the members of a GraphQL response and drops everything else, so that no other data of a subgraph
 * passes on.
 */
function readResponse(json: unknown): SubgraphResponse {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('Not a GraphQL response.');
  const { data, errors } = json as { data?: unknown; errors?: unknown };
  if (data !== undefined && (typeof data !== 'object' || Array.isArray(data)))
    throw new Error('Malformed data.');
  if (errors !== undefined && !isErrorList(errors)) throw new Error('Malformed errors.');
  if (data === undefined && errors === undefined) throw new Error('Neither data nor errors.');
  return { data, errors } as SubgraphResponse;
}

function isErrorList(errors: unknown): errors is readonly object[] {
  if (!Array.isArray(errors) || errors.length > MAX_ERRORS) return false;
  return errors.every((error) => typeof error === 'object' && error !== null);
}

function readSdlResponse(text: string): unknown {
  if (text.length > MAX_SDL_RESPONSE_LENGTH) throw new Error('The schema is too long.');
  return JSON.parse(text);
}

/** Finds a rejection of the gateway itself. It is no rejection of the caller. */
function refusalIn({ data, errors = [] }: SubgraphResponse, name: string): PolkuError | undefined {
  if (data != null) return undefined;
  const isRefused = (code: string) => errors.some(({ extensions }) => extensions?.['code'] === code);
  if (isRefused('TLS_CLIENT_REFUSED')) return refusedBy(name, 'client-refused');
  if (!isRefused('CONTEXT_REFUSED')) return undefined;
  const message = `The subgraph ${name} refuses what this gateway signs.`;
  return new PolkuError('CONTEXT_REFUSED', message, { subgraph: name });
}

const FAILURES = 5;
const PAUSE_MS = 1_000;

/**
 * Protects a subgraph that does not answer, and the requests that would wait for it. After several
 * consecutive failures, no request is sent for a while. Then one request tests whether the subgraph answers
 * again.
 */
class CircuitBreaker {
  #failures = 0;
  #pausedUntil = 0;
  #trying = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether to send a request now. An allowed request must report its end by one of the other methods. */
  allowsRequest(): boolean {
    if (this.#failures < FAILURES) return true;
    if (this.#trying || this.now() < this.#pausedUntil) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  failed(): void {
    this.#failures += 1;
    this.#trying = false;
    this.#pausedUntil = this.now() + PAUSE_MS;
  }

  /** The request ended before it showed whether the subgraph works. */
  cancelled(): void {
    this.#trying = false;
  }
}
