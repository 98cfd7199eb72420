import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { PersonKey } from '../../schema/keys.js';

const DIGEST_BYTES = 16;
const DIGESTS_KEPT = 50_000;

/**
 * Names people in the audit log: HMAC-SHA-256 of the key under the audit secret, the first 16 bytes in base64url. Whoever
 * holds the log alone cannot tell whose data was read, nor try all keys; whoever holds the secret, too, can find a person's
 * own records.
 */
export class PersonDigests {
  readonly #secret: KeyObject;
  readonly #digests = new LRUCache<PersonKey, string>({ max: DIGESTS_KEPT });

  /** @param secret at least 32 random bytes */
  constructor(secret: Uint8Array) {
    this.#secret = createSecretKey(secret);
  }

  of(person: PersonKey): string {
    let digest = this.#digests.get(person);
    if (digest === undefined) {
      digest = this.#digest(`person ${person}`);
      this.#digests.set(person, digest);
    }
    return digest;
  }

  /** Names a caller in the log of security events. */
  ofSubject(subject: string): string {
    return this.#digest(`subject ${subject}`);
  }

  /** In the order of the digests, which tells nothing of that of the data. */
  ofAll(people: Iterable<PersonKey>): string[] {
    return Array.from(people, (person) => this.of(person)).sort();
  }

  #digest(name: string): string {
    return createHmac('sha256', this.#secret).update(name).digest().toString('base64url', 0, DIGEST_BYTES);
  }
}
