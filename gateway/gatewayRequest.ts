import type { ClientSignal } from '../federation/supergraph/clientSignal.js';
import type { Decision } from '../policies/engine/decision.js';
import type { PersonKey } from '../schema/keys.js';
import type { Language } from '../schema/language.js';
import type { Caller } from '../schema/tokens/callerClaims.js';
import type { RecordDraft } from './audit/requestRecord.js';
import type { RequestObservation } from './observation/requestObservation.js';
import type { Domain } from './pseudonyms.js';

/** The headers of a request. */
export interface RequestHead {
  readonly decisionId: string;
  readonly authorization: string | undefined;
  readonly purposeOfUse: string | undefined;
  /** `Polku-Break-Glass`: the reason for break-glass. */
  readonly breakGlass: string | undefined;
  /** By `Accept-Language`. */
  readonly language: Language;
  /** `Polku-Partial: true`: fields that are not shown are withheld, and the rest is answered. */
  readonly partial: boolean;
  /** Aborted when the client disconnects. */
  readonly signal: ClientSignal;
  readonly observation: RequestObservation;
}

/** A request whose caller, purpose and decision are known. */
export interface GatewayRequest {
  readonly decisionId: string;
  readonly received: Date;
  readonly caller: Caller;
  readonly callerToken: string;
  /** The roles of the caller that serve the purpose. */
  readonly roles: readonly string[];
  readonly decision: Decision;
  /** The caller as a data subject, if the token names one. */
  readonly person: PersonKey | undefined;
  /** The stated reason for break-glass. Each use is reviewed. */
  readonly breakGlass: string | undefined;
  /** The language of labels for which the operation names none. */
  readonly language: Language;
  readonly domain: Domain;
  readonly partial: boolean;
  readonly signal: ClientSignal;
  readonly observation: RequestObservation;
  /** The audit record of the request so far. */
  readonly draft: RecordDraft;
}

export interface GatewayContext {
  readonly request: GatewayRequest;
}
