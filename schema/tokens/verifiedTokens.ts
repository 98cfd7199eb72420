import { createHash } from 'node:crypto';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';

type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

/** A token with a valid signature. */
export interface VerifiedToken<Reading> {
  /** The result of reading it. */
  readonly reading: Reading;
  /** Its claim `exp`, a NumericDate. */
  readonly expires: NonNullable<JWTPayload['exp']>;
  /** The key that verified it. */
  readonly key: Key;
  /** Fetches the key that the issuer now has for it. */
  readonly keyNow: () => Key | Promise<Key>;
}

/** The size of the token cache in bytes. A token takes about a thousand. */
const CACHE_BYTES = 8 * 2 ** 20;
/** The size of an entry without the text of its token. */
const ENTRY_BYTES = 1_000;

/**
 * A cache of verified tokens of one issuer, by hash. Callers send the same token many times, and checking the
 * signature is the slowest part of a verification. An entry is valid until the token expires or the issuer
 * replaces the key that verified it. After that, the token is verified again.
 */
export class VerifiedTokens<Reading> {
  readonly #tokens = new LRUCache<string, VerifiedToken<Reading>>({ maxSize: CACHE_BYTES });

  /**
   * Returns the result of an earlier verification, or undefined if the token must be verified.
   * @throws errors of fetching the keys
   */
  async find(token: string): Promise<Reading | undefined> {
    const known = this.#tokens.get(hashOf(token));
    if (!known || known.expires <= Math.floor(Date.now() / 1000)) return undefined;
    return (await known.keyNow()) === known.key ? known.reading : undefined;
  }

  add(token: string, verified: VerifiedToken<Reading>): void {
    this.#tokens.set(hashOf(token), verified, { size: 2 * token.length + ENTRY_BYTES });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
