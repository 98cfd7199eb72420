import { PolkuError } from '../../lib/errors.js';
import { ConnectionPool, ExchangeFailed } from '../http/connectionPool.js';
import type { DataSource, Fetch, FetchContext, SubgraphResponse } from './dataSource.js';

const TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 64 * 2 ** 20;
const CONNECTIONS = 128;
const SDL_QUERY = 'query __ApolloGetServiceDefinition__ { _service { sdl } }';
/** As JSON; a contract takes some ten thousand. */
const MAX_SDL_RESPONSE_LENGTH = 4 * 2 ** 20;
/** A page of a thousand persons has as many at most for each of its fields. */
const MAX_ERRORS = 10_000;

const FIELDS =
  'content-type: application/json\r\naccept: application/graphql-response+json, application/json;q=0.9\r\n';

/** Headers by which a subgraph knows who asks. */
interface Proof {
  forOperation(requester: unknown, body: string): Promise<Readonly<Record<string, string>>> | undefined;
  forComposition(): Promise<Readonly<Record<string, string>>> | undefined;
}

interface RemoteSubgraph {
  readonly name: string;
  readonly url: URL;
  readonly proof: Proof;
  /** Milliseconds that an answer may take. */
  readonly timeoutMs?: number | undefined;
}

type Sending = Omit<FetchContext, 'requester'>;

export interface RemoteDataSource extends DataSource {
  /**
   * The schema that the subgraph says it has; undefined where the answer holds none.
   * @throws PolkuError SUBGRAPH_UNAVAILABLE
   */
  readSdl(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * A subgraph in another process (GraphQL over HTTP). Whatever it does ends here: it may be slow, large, cut off or no
 * GraphQL at all, and is unavailable then. What only asks is asked a second time where the connection was to blame.
 */
export function remoteDataSource({
  name,
  url,
  proof,
  timeoutMs = TIMEOUT_MS,
}: RemoteSubgraph): RemoteDataSource {
  const pool = new ConnectionPool(url, {
    bodyBytes: MAX_RESPONSE_BYTES,
    connections: CONNECTIONS,
    timeoutMs,
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
    if (!breaker.letIn()) throw unavailable(new Error('Not asked, for it did not answer.'));
    try {
      const response = readResponse(read(await exchange(body, own, idempotent, sending)));
      breaker.succeeded();
      const refusal = refusalIn(response, name);
      if (refusal) throw refusal;
      return response;
    } catch (cause) {
      if (cause instanceof PolkuError) throw unavailable(cause);
      if (signal?.aborted) breaker.leftOpen();
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

/** @throws TypeError where a value would not stay in its line */
function fieldLines(headers: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\x20-\x7e]*$/.test(value)) throw new TypeError(`The header ${name} holds what no header may.`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** Takes what a GraphQL response is made of and drops the rest, so that nothing else of a subgraph travels on. */
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
  if (text.length > MAX_SDL_RESPONSE_LENGTH) throw new Error('The schema is too long to be one.');
  return JSON.parse(text);
}

/** A registry that refuses the gateway's own context refuses no caller. */
function refusalIn({ data, errors = [] }: SubgraphResponse, name: string): PolkuError | undefined {
  const isRefused = errors.some(({ extensions }) => extensions?.['code'] === 'CONTEXT_REFUSED');
  if (data != null || !isRefused) return undefined;
  const message = `The subgraph ${name} refuses what this gateway signs.`;
  return new PolkuError('CONTEXT_REFUSED', message, { subgraph: name });
}

const FAILURES = 5;
const PAUSE_MS = 1_000;

/**
 * Spares a subgraph that does not answer, and those who would wait for it: after some failures on end nobody asks for a
 * while, then one request tries whether it answers again.
 */
class CircuitBreaker {
  #failures = 0;
  #closedUntil = 0;
  #trying = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether to ask now. Whoever is let in tells how it ended, by one of the others. */
  letIn(): boolean {
    if (this.#failures < FAILURES) return true;
    if (this.#trying || this.now() < this.#closedUntil) return false;
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
    this.#closedUntil = this.now() + PAUSE_MS;
  }

  /** It ended before anything could be said of the subgraph. */
  leftOpen(): void {
    this.#trying = false;
  }
}
