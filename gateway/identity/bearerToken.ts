import { PolkuError } from '../../lib/errors.js';
import type { PersonKey } from '../../schema/keys.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import { type Domain, type Domains, unseal } from '../pseudonyms.js';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

/**
 * The token of an `Authorization: Bearer …` header (RFC 6750 §2.1).
 * @throws PolkuError UNAUTHENTICATED
 */
export function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token !== undefined) return token;
  const [reason, message] =
    authorization === undefined
      ? ['no-token', 'The request has no token; send the header "Authorization: Bearer <token>".']
      : ['malformed', 'The header Authorization is not of the form "Bearer <token>".'];
  throw new PolkuError('UNAUTHENTICATED', message, { reason });
}

/**
 * The pseudonymisation domain of the login service. Tokens use its ids to name the caller as a data subject.
 */
export function loginDomain(domains: Domains, epoch: string): Domain {
  return domains.domain({ purpose: 'data-subject', recipient: 'login', permit: undefined, epoch });
}

/**
 * The caller as a data subject; undefined if the token names nobody.
 * @throws PolkuError UNAUTHENTICATED if the id is not one that the login service received
 */
export function callerPerson({ person }: Caller, domain: Domain): PersonKey | undefined {
  if (person === undefined) return undefined;
  const key = unseal(domain, 'PersonID', person);
  if (typeof key === 'number') return key;
  throw new PolkuError(
    'UNAUTHENTICATED',
    'The token\'s claim "person" is not an id that the login service received; log in again.',
    { reason: 'claim-person' },
  );
}
