import type { Subgraph } from '../../schema/subgraph.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
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

/** For whom a subgraph is asked. */
export interface Asker {
  readonly decision: DecisionContext;
  /** The caller's own token, which travels to registries in other processes. */
  readonly callerToken: string;
}

/** What a fetch needs of the request that it serves. */
export interface FetchContext {
  /** Nobody in a gateway without identities (gateway/bare), which asks no registry of Polku. */
  readonly asker: Asker | undefined;
  /** Aborted when the client has gone. */
  readonly signal: ClientSignal | undefined;
  /** Told each time that a request is sent: a subgraph may have answered it though no answer came. */
  readonly onSend?: (() => void) | undefined;
}

/** A subgraph of this process: the decision context and the feeds are handed over by reference. */
export function inProcessDataSource(subgraph: Subgraph): DataSource {
  return {
    async fetch({ query, operationName, variables: own, representations }, { asker, signal, onSend }) {
      if (!asker) throw new TypeError('A registry answers under a decision context only.');
      const variables = representations ? { ...own, representations: representations.values } : own;
      onSend?.();
      return subgraph.execute({ query, operationName, variables }, asker.decision, signal);
    },
  };
}
