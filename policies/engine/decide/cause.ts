import type { Permission } from '../decision.js';
import type { Grant, Permit, Prohibition, Purpose } from '../policyModel.js';
import type { PermitFault } from './decisionRequest.js';

/** Why a coordinate is not shown, or not taken into a derived type: what refusals and explanations are worded from. */
export type Cause =
  | { readonly kind: 'no-such-field' }
  | { readonly kind: 'no-such-purpose' }
  | { readonly kind: 'purpose-forbidden'; readonly purpose: Purpose }
  /** None of the caller's roles may be used for the purpose. */
  | { readonly kind: 'no-role' }
  /** @property permit undefined: there is none of the number that the caller brought */
  | { readonly kind: 'permit'; readonly fault: PermitFault; readonly permit: Permit | undefined }
  /** About people, and not among the fields of the caller's permit. */
  | { readonly kind: 'outside-permit'; readonly permit: Permit }
  /** A feed, or federation's own. */
  | { readonly kind: 'internal' }
  | { readonly kind: 'unclassified' }
  | { readonly kind: 'prohibited'; readonly prohibition: Prohibition }
  /** The purpose may be given group results only. */
  | { readonly kind: 'aggregate-only' }
  /** Withheld, as a quasi-identifier, from pseudonymised purposes. */
  | { readonly kind: 'quasi-identifier' }
  /** @property others grants of it for this purpose that do not count: to others, under a permit, or at another time */
  | { readonly kind: 'not-granted'; readonly others: readonly Grant[] }
  /** Masks of which none is the coarser. */
  | { readonly kind: 'clashing-masks' }
  /** Made of fields that their owners withhold. */
  | { readonly kind: 'inputs'; readonly blockers: readonly Blocker[] }
  /** An argument, by the field it tests; a field of an interface, by a type that implements it. */
  | { readonly kind: 'elsewhere'; readonly coordinate: string; readonly cause: Cause };

/** Causes that deny everything to a caller. */
export type WholeCause = Extract<
  Cause,
  { readonly kind: 'no-such-purpose' | 'purpose-forbidden' | 'no-role' | 'permit' }
>;

/** An input that is not to be had. */
export interface Blocker {
  readonly coordinate: string;
  /** The derived type that would take it; undefined where it would have to be shown. */
  readonly type: string | undefined;
  readonly cause: Cause;
}

/** Either permissions, strongest first, or the cause why there are none. */
export type Outcome =
  | { readonly permissions: readonly [Permission, ...Permission[]]; readonly cause?: undefined }
  | { readonly permissions: readonly []; readonly cause: Cause };

export function denied(cause: Cause): Outcome {
  return { permissions: [], cause };
}

/** @param otherwise finds the cause where nothing is permitted */
export function outcome(permissions: readonly Permission[], otherwise: () => Cause): Outcome {
  const [first, ...rest] = permissions;
  return first ? { permissions: [first, ...rest] } : denied(otherwise());
}
