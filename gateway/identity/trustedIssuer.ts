import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { isLoopback } from '../../schema/loopback.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { IssuerKeys } from './issuerKeys.js';

/** An issuer, and where its keys come from: its JWKS address, or the set itself. */
export interface IssuerSettings extends Omit<TrustedIssuer, 'keys'> {
  readonly keys: URL | JSONWebKeySet;
  /** Told when keys cannot be fetched. */
  readonly report?: ((fault: unknown) => void) | undefined;
}

/**
 * An issuer whose tokens are taken (OpenID Connect Core §10.1.1).
 * @throws PolkuError USAGE where keys would travel in clear: whoever may change them issues the tokens.
 */
export function trustedIssuer({ keys, report, ...expected }: IssuerSettings): TrustedIssuer {
  if (!(keys instanceof URL)) return { ...expected, keys: createLocalJWKSet(keys) };
  if (keys.protocol !== 'https:' && !isLoopback(keys.hostname))
    throw new PolkuError('USAGE', `The issuer's keys must be fetched over https, not ${keys.protocol}//.`);
  return { ...expected, keys: new IssuerKeys(keys, { report }).find };
}
