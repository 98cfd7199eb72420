import type { ClientSignal } from '../federation/supergraph/clientSignal.js';
import type { Decision } from '../policies/engine/decision.js';
import type { PersonKey } from '../schema/keys.js';
import type { Caller } from '../schema/tokens/callerToken.js';
import type { RecordDraft } from './audit/requestRecord.js';
import type { Domain } from './pseudonyms.js';

/** What a request says of itself beside its operation. */
export interface RequestHead {
  readonly decisionId: string;
  readonly authorization: string | undefined;
  readonly purposeOfUse: string | undefined;
  /** `Polku-Break-Glass`: why the glass must be broken. */
  readonly breakGlass: string | undefined;
  /** `Polku-Partial: true`: what is not shown is withheld, and the rest answered. */
  readonly partial: boolean;
  /** Aborted when the client has gone. */
  readonly signal: ClientSignal;
}

/** A request whose caller, purpose and decision are known. */
export interface GatewayRequest {
  readonly decisionId: string;
  readonly received: Date;
  readonly caller: Caller;
  readonly callerToken: string;
  /** Those roles of the caller that serve the purpose. */
  readonly roles: readonly string[];
  readonly decision: Decision;
  /** The caller as a data subject, where the token tells it. */
  readonly person: PersonKey | undefined;
  /** The reason stated for breaking the glass; each is reviewed. */
  readonly breakGlass: string | undefined;
  readonly domain: Domain;
  readonly partial: boolean;
  readonly signal: ClientSignal;
  /** The audit record of the request, as far as it has come. */
  readonly draft: RecordDraft;
}

export interface GatewayContext {
  readonly request: GatewayRequest;
}
