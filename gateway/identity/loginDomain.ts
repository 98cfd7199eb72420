import type { PersonKey } from '../../schema/keys.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { Caller } from '../../schema/tokens/callerToken.js';
import type { Domain, Domains } from '../pseudonyms/domain.js';
import { unseal } from '../pseudonyms/sealer.js';

/** The pseudonymisation domain of the login service: by its ids, tokens say who the caller is as a data subject. */
export function loginDomain(domains: Domains, epoch: string): Domain {
  return domains.domain({ purpose: 'data-subject', recipient: 'login', permit: undefined, epoch });
}

/**
 * The caller as a data subject; undefined where the token tells nobody.
 * @throws PolkuError UNAUTHENTICATED where the id is not one that the login service was given
 */
export function callerPerson({ person }: Caller, domain: Domain): PersonKey | undefined {
  if (person === undefined) return undefined;
  const key = unseal(domain, 'PersonID', person);
  if (typeof key === 'number') return key;
  throw new PolkuError(
    'UNAUTHENTICATED',
    'The token\'s claim "person" is not an id that the login service was given; log in anew.',
    { reason: 'claim-person' },
  );
}
