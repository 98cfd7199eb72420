import { PolkuError } from '../../lib/errors.js';
import { isLoopback } from '../../lib/loopback.js';

const TIMEOUT_MS = 5_000;
const MAX_CHARACTERS = 1_000_000;

/**
 * Checks that what is fetched from an address cannot be changed on the way.
 * @param what its content, such as "keys"
 * @throws PolkuError USAGE
 */
export function requireEncrypted(address: URL, what: string): void {
  if (address.protocol === 'https:' || (address.protocol === 'http:' && isLoopback(address.hostname))) return;
  throw new PolkuError(
    'USAGE',
    `The issuer's ${what} must be fetched over https, not ${address.protocol}//.`,
  );
}

/**
 * The address where an issuer publishes its metadata (OpenID Connect Discovery 1.0 §4).
 * @throws PolkuError USAGE if the issuer is no such address
 */
export function metadataAddress(issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!url || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw new PolkuError(
      'USAGE',
      `The issuer "${issuer}" is not an address with metadata. Give the address of its keys, too.`,
    );
  requireEncrypted(url, 'metadata');
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

/**
 * The address of an issuer's keys, as its metadata names it.
 * @throws PolkuError USAGE if keys would travel in clear; Error if the metadata cannot be fetched or is of
 * another issuer, which could be an attack (OpenID Connect Discovery 1.0 §7.2)
 */
export async function discoverKeys(issuer: string): Promise<URL> {
  const address = metadataAddress(issuer);
  const metadata = JSON.parse(await fetchText(address, 'application/json')) as {
    readonly issuer?: unknown;
    readonly jwks_uri?: unknown;
  } | null;
  if (metadata?.issuer !== issuer)
    throw new Error(`The metadata at ${address.href} is of another issuer than ${issuer}.`);
  if (typeof metadata.jwks_uri !== 'string' || !URL.canParse(metadata.jwks_uri))
    throw new Error(`The metadata at ${address.href} names no address of keys.`);
  const keys = new URL(metadata.jwks_uri);
  requireEncrypted(keys, 'keys');
  return keys;
}

/** @throws Error if there is no such text within five seconds */
export async function fetchText(url: URL, accept: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`The issuer answers ${response.status} at ${url.href}.`);
  const text = await response.text();
  if (text.length > MAX_CHARACTERS) throw new Error(`The answer of the issuer at ${url.href} is too long.`);
  return text;
}
