import type { ClientSignal } from './clientSignal.js';

/** The entities of a fetch, sent in the variable `representations`. */
export interface EntityRepresentations {
  readonly values: readonly object[];
  /** The same as JSON, serialised once for all fetches that share it. */
  json(): string;
}

/** One request to a subgraph, as the executor makes it. */
export interface Fetch {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Present in a fetch of entities. */
  readonly representations?: EntityRepresentations | undefined;
  /** Whether it may be sent again: true for a query, false for a mutation. */
  readonly idempotent: boolean;
  /** Parses an answer that arrives as text. */
  readonly read: (text: string) => unknown;
}

/** An unchecked error in the response of a subgraph. */
export interface SubgraphError {
  readonly message?: unknown;
  readonly path?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** A subgraph's GraphQL response. */
export interface SubgraphResponse {
  readonly data?: unknown;
  readonly errors?: readonly SubgraphError[] | undefined;
}

/** A subgraph, in this process or in another. */
export interface DataSource {
  fetch(fetch: Fetch, context: FetchContext): Promise<SubgraphResponse>;
}

/** The context of a fetch: the request that it serves. */
export interface FetchContext {
  /**
   * The requester. Only the data sources of a gateway know its type. Undefined where nobody is identified.
   */
  readonly requester: unknown;
  /** Aborted when the client disconnects. */
  readonly signal: ClientSignal | undefined;
  /** Called each time that a request is sent: a subgraph may have processed it even if no answer arrives. */
  readonly onSend?: (() => void) | undefined;
}
