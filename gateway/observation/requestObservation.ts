import type { ClientSignal } from '../../federation/supergraph/clientSignal.js';
import type { ErrorCode } from '../../lib/errors.js';
import type { AuditOutcome } from '../audit/auditRecord.js';

/**
 * The stages of a request that are measured: the token, the decision, limits with validation and policy, the
 * plan, the fetches with completion, and the wait for the audit record.
 */
export const stages = ['identity', 'decision', 'check', 'plan', 'execute', 'record'] as const;
export type Stage = (typeof stages)[number];

/** How a request ended, or that its client disconnected before. */
export const outcomes = ['answered', 'refused', 'failed', 'abandoned'] as const satisfies readonly (
  AuditOutcome | 'abandoned'
)[];
export type Outcome = (typeof outcomes)[number];

export interface ObservedEnd {
  readonly status: number;
  readonly outcome: Outcome;
  readonly codes: readonly ErrorCode[];
}

/**
 * What operators learn about one request: metrics and spans. It gets no names of people, no ids, no variables
 * and no text of a query.
 */
export interface RequestObservation {
  /**
   * The header by which registries learn that the request is not sampled; undefined if it is, or if nothing
   * traces.
   */
  readonly unsampled: string | undefined;
  /** Runs a stage. */
  stage<T>(stage: Stage, work: () => T | Promise<T>): T | Promise<T>;
  /**
   * Runs a fetch.
   * @param send gets the header by which its subgraph continues the trace; undefined where there is none
   */
  fetch<T>(
    subgraph: string,
    signal: ClientSignal | undefined,
    send: (traceparent: string | undefined) => Promise<T>,
  ): Promise<T>;
  /** @param purpose one of the policy's */
  notePurpose(purpose: string): void;
  /** @param hash SHA-256 of the text of the operation */
  noteOperation(hash: string): void;
  /** The operation is refused by the policies of these owners. */
  noteRefused(owners: Iterable<string>): void;
  /** Called once, when the answer is handed over to the network. */
  end(end: ObservedEnd): void;
}

/** Begins to observe a request. */
export type ObserveRequest = (decisionId: string) => RequestObservation;

/** Nobody learns anything. */
export const unobserved: RequestObservation = {
  unsampled: undefined,
  stage: (_stage, work) => work(),
  fetch: (_subgraph, _signal, send) => send(undefined),
  notePurpose() {},
  noteOperation() {},
  noteRefused() {},
  end() {},
};
