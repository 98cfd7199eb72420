import { createHash } from 'node:crypto';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';

type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

/** A token whose signature was found good. */
export interface VerifiedToken<Reading> {
  /** What was read from it. */
  readonly reading: Reading;
  /** NumericDate of its claim `exp`. */
  readonly expires: NonNullable<JWTPayload['exp']>;
  /** The key that it was verified by. */
  readonly key: Key;
  /** Asks for the key that the issuer has for it now. */
  readonly keyNow: () => Key | Promise<Key>;
}

/** What is kept of tokens, in bytes; a token takes about one thousand. */
const BYTES_KEPT = 8 * 2 ** 20;
/** An entry besides the parts of its token that it holds. */
const ENTRY_BYTES = 1_000;

/**
 * Tokens of one issuer that were verified, by their hash: a caller comes with the same one many times, and a signature takes
 * longer to check than all else of it. It holds while the token lives and its issuer has the very key that it was verified
 * by; whoever holds the token anew is asked for the whole proof when either has ended.
 */
export class VerifiedTokens<Reading> {
  readonly #tokens = new LRUCache<string, VerifiedToken<Reading>>({ maxSize: BYTES_KEPT });

  /**
   * What was read from a token; undefined where it must be verified.
   * @throws what asking for the keys throws
   */
  async find(token: string): Promise<Reading | undefined> {
    const known = this.#tokens.get(hashOf(token));
    if (!known || known.expires <= Math.floor(Date.now() / 1000)) return undefined;
    return (await known.keyNow()) === known.key ? known.reading : undefined;
  }

  keep(token: string, verified: VerifiedToken<Reading>): void {
    this.#tokens.set(hashOf(token), verified, { size: 2 * token.length + ENTRY_BYTES });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
