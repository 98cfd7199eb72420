import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet } from 'jose';
import { isLoopback } from '../../schema/loopback.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';

/** Where the keys of an issuer come from: its JWKS address, or the set itself. */
export interface IssuerSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: URL | JSONWebKeySet;
}

/**
 * An issuer whose tokens are taken (OpenID Connect Core §10.1.1). Keys from an address are fetched when first needed, kept,
 * and fetched anew when a token names an unknown one.
 * @throws PolkuError USAGE where keys would travel in clear: whoever may change them issues the tokens.
 */
export function trustedIssuer({ issuer, audience, keys }: IssuerSettings): TrustedIssuer {
  if (!(keys instanceof URL)) return { issuer, audience, keys: createLocalJWKSet(keys) };
  if (keys.protocol !== 'https:' && !isLoopback(keys.hostname))
    throw new PolkuError('USAGE', `The issuer's keys must be fetched over https, not ${keys.protocol}//.`);
  return { issuer, audience, keys: createRemoteJWKSet(keys, { timeoutDuration: 5_000 }) };
}
