import type { Day } from '../../../lib/calendar.js';
import type { Grant, Permit, PolicyModel, Purpose } from '../policyModel.js';

/** Who asks and for which purpose. The identity provider vouches for the roles and the organisation. */
export interface Requester {
  readonly roles: readonly string[];
  readonly purpose: string;
  /** The organisation that receives the data; undefined: an organisation that no grant names. */
  readonly recipient?: string | undefined;
  /** The number of the research permit that the caller uses. */
  readonly permit?: string | undefined;
}

/** A requester whose names are looked up, on one day. */
export interface DecisionRequest {
  readonly purpose: Purpose;
  /** Roles that may be used for the purpose. */
  readonly roles: readonly string[];
  readonly recipient: string | undefined;
  /** A permit that is valid for this purpose, recipient and day. */
  readonly permit: Permit | undefined;
  readonly day: Day;
}

/** Why a permit is not valid. */
export type PermitFault = 'unknown' | 'recipient' | 'purpose' | 'early' | 'late';

/**
 * What is wrong with the requester's permit; undefined if it is valid. A requester with an invalid permit
 * gets nothing.
 */
export function permitFault(
  { permits }: PolicyModel,
  { purpose, recipient, permit: number }: Requester,
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

/** Whether a grant applies to a request. Its conditions on the data are evaluated later, in the registry. */
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

/** Whether a permit covers a field. Fields that are not about people need no permit. */
export function permitCovers(
  permit: Permit | undefined,
  field: { readonly coordinate: string; readonly subgraph: string; readonly personal: boolean },
): boolean {
  if (!permit || !field.personal) return true;
  return permit.fields.has(field.coordinate) && (permit.registries?.has(field.subgraph) ?? true);
}
