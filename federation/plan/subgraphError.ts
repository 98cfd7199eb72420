import { type ErrorCode, errorTable, PolkuError } from '../../lib/errors.js';
import type { SubgraphError } from '../supergraph/dataSource.js';

/** What is told of an error: a code and words. The rest goes to the log. */
export interface Fault extends Error {
  readonly code: string;
  /** More than the code, where a subgraph's own extensions are told. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Makes of an error in a subgraph's response what a client is told. */
export type ErrorReader = (error: SubgraphError, subgraph: string) => Fault;

/**
 * Codes by which a registry refuses its gateway, or fails: they are not about what the caller asked, and their texts may
 * tell what a schema hides.
 */
const notForCallers: ReadonlySet<string> = new Set<ErrorCode>([
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'CONTEXT_REFUSED',
]);

/** What a caller may read of an error in a registry's response: its words only where its code is ours. */
export const ownWords: ErrorReader = (error, subgraph) => {
  const code = error.extensions?.['code'];
  if (!isForCallers(code)) return registryFailed(subgraph, error);
  return new PolkuError(code, String(error.message), { subgraph });
};

/** Likewise of what asking a registry threw. */
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
