import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { ClientSignal } from './clientSignal.js';

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
