import type { Day } from '../../../lib/calendar.js';
import type { Grant, Permit, PolicyModel, Purpose } from '../policyModel.js';

/** Who asks, as the identity provider vouches for it, and for what. */
export interface Asker {
  readonly roles: readonly string[];
  readonly purpose: string;
  /** The organisation that receives the data; undefined: one that no grant names. */
  readonly recipient?: string | undefined;
  /** Number of a research permit that the caller acts under. */
  readonly permit?: string | undefined;
}

/** An asker whose names are looked up, on a day. */
export interface DecisionRequest {
  readonly purpose: Purpose;
  /** Roles that may be used for the purpose. */
  readonly roles: readonly string[];
  readonly recipient: string | undefined;
  /** A permit that is good for this purpose, recipient and day. */
  readonly permit: Permit | undefined;
  readonly day: Day;
}

/** Why a permit opens nothing. */
export type PermitFault = 'unknown' | 'recipient' | 'purpose' | 'early' | 'late';

/** Whoever brings a permit acts under it or not at all: what is wrong with it; undefined where it is good. */
export function permitFault(
  { permits }: PolicyModel,
  { purpose, recipient, permit: number }: Asker,
  day: Day,
): PermitFault | undefined {
  if (number === undefined) return undefined;
  const permit = permits.get(number);
  if (!permit) return 'unknown';
  if (permit.recipient !== recipient) return 'recipient';
  if (permit.purpose !== purpose) return 'purpose';
  if (day < permit.from) return 'early';
  return day > permit.until ? 'late' : undefined;
}

/** Whether a grant counts for a request; its conditions on the data come on top. */
export function grantCounts(grant: Grant, request: DecisionRequest): boolean {
  const { purpose, roles, recipient, permit, day } = request;
  return (
    grant.purposes.has(purpose.id) &&
    roles.some((role) => grant.roles.has(role)) &&
    (grant.recipients === undefined || (recipient !== undefined && grant.recipients.has(recipient))) &&
    (!grant.needsPermit || permit !== undefined) &&
    (grant.from === undefined || grant.from <= day) &&
    (grant.until === undefined || day <= grant.until)
  );
}

/** Whether a permit covers a field; what is not about people needs none. */
export function permitCovers(
  permit: Permit | undefined,
  field: { readonly coordinate: string; readonly subgraph: string; readonly personal: boolean },
): boolean {
  if (!permit || !field.personal) return true;
  return permit.fields.has(field.coordinate) && (permit.registries?.has(field.subgraph) ?? true);
}
