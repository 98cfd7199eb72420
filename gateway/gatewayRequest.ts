import type { Observations } from '../federation/execution/observations.js';
import type { ClientSignal } from '../federation/supergraph/clientSignal.js';
import type { ErrorCode } from '../lib/errors.js';
import type { Decision, Refusal } from '../policies/engine/decision.js';
import type { PersonKey } from '../schema/keys.js';
import type { Caller } from '../schema/tokens/callerToken.js';
import type { CheckedOperation, PlannedOperation } from './operation/operationPreparer.js';
import type { FetchInputs } from './operation/planLineage.js';
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
  /** What the audit record will say of the operation, gathered on the way. */
  readonly found: {
    /** The operation, where its text may be named. */
    asked?: { readonly hash: string; readonly name: string | undefined };
    /** What was asked of it and shown, with its look-ups by identity code. */
    operation?: Pick<CheckedOperation, 'coordinates' | 'lookups'>;
    /** What each fetch of its plan carries. */
    inputs?: PlannedOperation['inputs'];
    withheld?: readonly Refusal[];
    lookupsMissed?: number;
    observations?: Observations;
    /** A fetch for which the plan was refused: it would have handed a registry more than its contract gives. */
    refusedFetch?: FetchInputs;
  };
}

/** How a request ended. */
export interface RequestEnd {
  readonly answered: boolean;
  readonly codes: readonly ErrorCode[];
}

/** Apollo Server clones the context of a request, so that what changes lies one step deeper. */
export interface GatewayContext {
  readonly request: GatewayRequest;
}
