import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import { isLoopback } from '../../lib/loopback.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';

/** An issuer, and the source of its keys: its JWKS address, or the key set itself. */
interface IssuerSettings extends Omit<TrustedIssuer, 'keys'> {
  readonly keys: URL | JSONWebKeySet;
  /** Receives the fault when keys cannot be fetched. */
  readonly report?: ((fault: unknown) => void) | undefined;
}

/**
 * An issuer whose tokens are accepted (OpenID Connect Core §10.1.1).
 * @throws PolkuError USAGE if keys would travel in clear: anyone who can change them can issue tokens
 */
export function trustedIssuer({ keys, report, ...expected }: IssuerSettings): TrustedIssuer {
  if (!(keys instanceof URL)) return { ...expected, keys: createLocalJWKSet(keys) };
  if (keys.protocol !== 'https:' && !isLoopback(keys.hostname))
    throw new PolkuError('USAGE', `The issuer's keys must be fetched over https, not ${keys.protocol}//.`);
  return { ...expected, keys: new IssuerKeys(keys, { report }).find };
}

/** How old keys may be before they are fetched again. So a key that the issuer withdraws is soon refused. */
const FRESH_MS = 30_000;
/** From this age on a request waits for the fetch, because nobody has asked for a while. */
const IDLE_MS = 300_000;
/** How long keys are used after the last successful fetch, if no fetch succeeds. */
const OUTAGE_MS = 24 * 3_600_000;
/**
 * The least time between two fetches. So tokens with unknown keys cannot make this service flood the issuer.
 */
const COOLDOWN_MS = 5_000;
const TIMEOUT_MS = 5_000;
const MAX_CHARACTERS = 1_000_000;

interface FetchedKeys {
  readonly text: string;
  readonly find: JWTVerifyGetKey;
  /** Time of the last successful fetch. */
  readonly at: number;
}

interface IssuerKeysOptions {
  /** Receives the fault when keys cannot be fetched, once for each outage. */
  readonly report?: ((fault: unknown) => void) | undefined;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * The keys of an issuer that publishes them at an address (RFC 7517). While tokens arrive, the keys are
 * fetched every half minute, and at once when a token names an unknown key. If the issuer cannot be reached,
 * known keys are used for a day.
 */
export class IssuerKeys {
  readonly #report: (fault: unknown) => void;
  readonly #now: () => number;
  #keys: FetchedKeys | undefined;
  #triedAt = -Infinity;
  /** Whether the last fetch failed. */
  #failing = false;
  #fetching: Promise<void> | undefined;

  constructor(
    private readonly url: URL,
    { report = () => {}, now = () => performance.now() }: IssuerKeysOptions = {},
  ) {
    this.#report = report;
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
      if (age > OUTAGE_MS || (age > IDLE_MS && !this.#failing)) await fetched;
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
    if (this.#keys && this.#age() <= OUTAGE_MS) return this.#keys.find;
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
      const text = await fetchText(this.url);
      // Unchanged keys stay the same objects, because the cache of verified tokens compares objects.
      const find =
        text === this.#keys?.text ? this.#keys.find : createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      this.#keys = { text, find, at: this.#now() };
      this.#failing = false;
    } catch (fault) {
      if (!this.#failing) this.#report(fault);
      this.#failing = true;
    }
  }
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`The issuer answers ${response.status} where its keys are.`);
  const text = await response.text();
  if (text.length > MAX_CHARACTERS) throw new Error('The keys of the issuer are too long.');
  return text;
}

function unavailable(): PolkuError {
  return new PolkuError('ISSUER_UNAVAILABLE', 'The keys of the identity provider cannot be fetched.');
}
