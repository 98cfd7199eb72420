import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { discoverKeys, fetchText, metadataAddress, requireEncrypted } from './issuerMetadata.js';

/** An issuer, and the source of its keys. */
interface IssuerSettings extends Omit<TrustedIssuer, 'keys'>, Omit<IssuerKeysOptions, 'now'> {
  /** The address of its keys, or the keys themselves. Without them, its metadata names their address. */
  readonly keys?: URL | JSONWebKeySet | undefined;
}

/**
 * An issuer whose tokens are accepted (OpenID Connect Core §10.1.1).
 * @throws PolkuError USAGE if keys would travel in clear: anyone who can change them can issue tokens
 */
export function trustedIssuer({ keys, report, outageHours, ...expected }: IssuerSettings): TrustedIssuer {
  if (keys && !(keys instanceof URL)) return { ...expected, keys: createLocalJWKSet(keys) };
  if (keys) requireEncrypted(keys, 'keys');
  else metadataAddress(expected.issuer);
  return { ...expected, keys: new IssuerKeys(keys ?? expected.issuer, { report, outageHours }).find };
}

/** How old keys may be before they are fetched again. So a key that the issuer withdraws is soon refused. */
const FRESH_MS = 30_000;
/** From this age on a request waits for the fetch, because nobody has asked for a while. */
const IDLE_MS = 300_000;
/** How long keys are used after the last successful fetch, if no fetch succeeds. */
const OUTAGE_HOURS = 24;
/** How long the address that an issuer's metadata names is used without another look. */
const METADATA_MS = 3_600_000;
/**
 * The least time between two fetches. So tokens with unknown keys cannot make this service flood the issuer.
 */
const COOLDOWN_MS = 5_000;

interface FetchedKeys {
  readonly text: string;
  readonly find: JWTVerifyGetKey;
  /** Time of the last successful fetch. */
  readonly at: number;
}

interface IssuerKeysOptions {
  /** Receives the fault when keys cannot be fetched, once for each outage. */
  readonly report?: ((fault: unknown) => void) | undefined;
  /** How long known keys are used while the issuer cannot be reached. */
  readonly outageHours?: number | undefined;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * The keys of an issuer that publishes them (RFC 7517), at a known address or at the one that its metadata
 * names. While tokens arrive, the keys are fetched every half minute, and at once when a token names an
 * unknown key. If the issuer cannot be reached, known keys are used for a day.
 */
export class IssuerKeys {
  readonly #report: (fault: unknown) => void;
  readonly #now: () => number;
  readonly #outageMs: number;
  #discovered: { readonly address: URL; readonly at: number } | undefined;
  #keys: FetchedKeys | undefined;
  #triedAt = -Infinity;
  /** Whether the last fetch failed. */
  #failing = false;
  #fetching: Promise<void> | undefined;

  /** @param source the address of the keys, or the issuer whose metadata names it */
  constructor(
    private readonly source: URL | string,
    { report = () => {}, outageHours = OUTAGE_HOURS, now = () => performance.now() }: IssuerKeysOptions = {},
  ) {
    this.#report = report;
    this.#outageMs = outageHours * 3_600_000;
    this.#now = now;
  }

  /**
   * The key that a token names.
   * @throws PolkuError ISSUER_UNAVAILABLE; JOSEError if the issuer has no such key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const age = this.#age();
    if (age > FRESH_MS) {
      const fetched = this.#refresh();
      if (age > this.#outageMs || (age > IDLE_MS && !this.#failing)) await fetched;
    }
    const known = this.#usable();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      const now = this.#usable();
      if (now !== known) return now(header, token);
      // The issuer may have a new key, but it cannot be reached.
      throw this.#failing ? unavailable() : error;
    }
  };

  #age(): number {
    return this.#keys ? this.#now() - this.#keys.at : Infinity;
  }

  #usable(): JWTVerifyGetKey {
    if (this.#keys && this.#age() <= this.#outageMs) return this.#keys.find;
    throw unavailable();
  }

  /** Fetches the keys, once for all concurrent requests, and not again within the cooldown. */
  async #refresh(): Promise<void> {
    if (!this.#fetching && this.#now() - this.#triedAt >= COOLDOWN_MS)
      this.#fetching = this.#fetch().finally(() => (this.#fetching = undefined));
    await this.#fetching;
  }

  /** Never throws. After a failure the earlier keys remain. */
  async #fetch(): Promise<void> {
    this.#triedAt = this.#now();
    try {
      const text = await fetchText(await this.#address(), 'application/jwk-set+json, application/json');
      // Unchanged keys stay the same objects, because the cache of verified tokens compares objects.
      const find =
        text === this.#keys?.text ? this.#keys.find : createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      this.#keys = { text, find, at: this.#now() };
      this.#failing = false;
    } catch (fault) {
      if (!this.#failing) this.#report(fault);
      this.#failing = true;
      // The keys may have moved.
      this.#discovered = undefined;
    }
  }

  async #address(): Promise<URL> {
    if (this.source instanceof URL) return this.source;
    const now = this.#now();
    if (!this.#discovered || now - this.#discovered.at > METADATA_MS)
      this.#discovered = { address: await discoverKeys(this.source), at: now };
    return this.#discovered.address;
  }
}

function unavailable(): PolkuError {
  return new PolkuError('ISSUER_UNAVAILABLE', 'The keys of the identity provider cannot be fetched.');
}
