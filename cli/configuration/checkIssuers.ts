import { metadataAddress, requireEncrypted } from '../../gateway/identity/issuerMetadata.js';
import { RESIDENT_ISSUER } from '../../gateway/identity/residentIssuer.js';
import { PolkuError } from '../../lib/errors.js';
import type { ClaimSource } from '../../schema/tokens/callerClaims.js';
import type { Configuration } from './configuration.js';

/** Reports a fault at the path of a key. */
type Report = (path: readonly (string | number)[], message: string) => void;

/** Checks what the JSON Schema cannot say about identity providers. */
export function checkIssuers({ identity: { issuers } }: Configuration, report: Report): void {
  for (const [at, { issuer, keys, claims = {} }] of issuers.entries()) {
    const path = ['identity', 'issuers', at];
    if (issuers.findIndex((one) => one.issuer === issuer) < at)
      report([...path, 'issuer'], `"${issuer}" is named twice. Name each identity provider once.`);
    if (issuer === RESIDENT_ISSUER)
      report([...path, 'issuer'], `"${issuer}" is the gateway itself, for residents who have logged in.`);
    const fault = faultOf(() =>
      keys === undefined ? metadataAddress(issuer) : requireEncrypted(new URL(keys), 'keys'),
    );
    if (fault !== undefined) report([...path, keys === undefined ? 'issuer' : 'keys'], fault);
    for (const [fact, source] of Object.entries(claims) as [string, ClaimSource][])
      if ((source.value === undefined) === (source.claim === undefined))
        report([...path, 'claims', fact], `"${fact}" needs either a fixed "value" or a "claim".`);
  }
}

/** What a check throws for users, if it does. */
function faultOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof PolkuError) return error.message;
    throw error;
  }
}
