import type { ClientSignal } from './clientSignal.js';

/** What represents the entities of a fetch, in the variable `representations`. */
export interface EntityRepresentations {
  readonly values: readonly object[];
  /** The same as JSON, written once for all fetches that share it. */
  json(): string;
}

/** One request to a subgraph, as the executor makes it. */
export interface Fetch {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Where entities are asked for. */
  readonly representations?: EntityRepresentations | undefined;
  /** Whether it may be sent again: a query, that is, and no mutation. */
  readonly idempotent: boolean;
  /** Reads an answer that comes as text. */
  readonly read: (text: string) => unknown;
}

/** An error in a subgraph's response, of which nothing is known yet. */
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

/** A subgraph that can be asked, in this process or another. */
export interface DataSource {
  fetch(fetch: Fetch, context: FetchContext): Promise<SubgraphResponse>;
}

/** What a fetch needs of the request that it serves. */
export interface FetchContext {
  /** On whose behalf subgraphs are asked; data sources of a gateway know what it is. Undefined where nobody is identified. */
  readonly requester: unknown;
  /** Aborted when the client has gone. */
  readonly signal: ClientSignal | undefined;
  /** Told each time that a request is sent: a subgraph may have answered it though no answer came. */
  readonly onSend?: (() => void) | undefined;
}
