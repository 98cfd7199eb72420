import { type ErrorCode, errorTable, PolkuError } from '../../lib/errors.js';
import type { SubgraphError } from '../supergraph/dataSource.js';

/** The part of an error that clients receive: a code and a message. The rest goes to the log. */
export interface Fault extends Error {
  readonly code: string;
  /** Further extensions, where clients may read those of the subgraph. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Converts an error of a subgraph into the error that a client receives. */
export type ErrorReader = (error: SubgraphError, subgraph: string) => Fault;

/**
 * Codes with which a registry rejects its gateway, or fails. They are not about the request of the caller,
 * and their messages may reveal a hidden schema.
 */
const notForCallers: ReadonlySet<string> = new Set<ErrorCode>([
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'CONTEXT_REFUSED',
]);

/**
 * Returns what a caller may read of a registry error. The message passes only where the code is one of Polku.
 */
export const readPolkuError: ErrorReader = (error, subgraph) => {
  const code = error.extensions?.['code'];
  if (!isForCallers(code)) return registryFailed(subgraph, error);
  return new PolkuError(code, String(error.message), { subgraph });
};

/** Converts an exception of a data source into the error that a client receives. */
export function fromThrown(cause: unknown, subgraph: string): PolkuError {
  if (cause instanceof PolkuError && isForCallers(cause.code)) return cause;
  return new PolkuError('SUBGRAPH_UNAVAILABLE', 'A registry did not answer.', { subgraph }, { cause });
}

function isForCallers(code: unknown): code is ErrorCode {
  if (typeof code !== 'string' || !Object.hasOwn(errorTable, code)) return false;
  return errorTable[code as ErrorCode].status > 0 && !notForCallers.has(code);
}

export function registryFailed(subgraph: string, cause?: unknown): PolkuError {
  return new PolkuError('INTERNAL_SERVER_ERROR', 'A registry could not answer.', { subgraph }, { cause });
}
