import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const CIPHER = 'aes-256-ecb';
const DIGEST_BYTES = 16;
/** 16 bytes in base64url. The last character carries two bits, so each mark is written in one way. */
const CANONICAL_MARK = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/**
 * What a log controller sees of the person of a finding: the digest in the log, enciphered for a recipient
 * and a purpose. It leads back to the decisions about this person, and nowhere else: it is no id
 * of the graph, and another recipient has another mark for the same person.
 *
 * A digest is one block of random bytes, so one block of AES is a permutation of digests. A mark that was
 * made up leads to a digest that nobody has.
 */
export class PersonMarks {
  readonly #key: Buffer;

  /** @param secret the audit secret */
  constructor(secret: Uint8Array, domain: { readonly purpose: string; readonly recipient: string }) {
    const info = `polku mark in the log ${JSON.stringify([domain.purpose, domain.recipient])}`;
    this.#key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32));
  }

  of(digest: string): string {
    const cipher = createCipheriv(CIPHER, this.#key, null).setAutoPadding(false);
    return cipher.update(Buffer.from(digest, 'base64url')).toString('base64url');
  }

  /** The digest behind a mark; undefined if the text is no mark. */
  digestOf(mark: string): string | undefined {
    if (!CANONICAL_MARK.test(mark)) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, null).setAutoPadding(false);
    return decipher.update(Buffer.from(mark, 'base64url')).toString('base64url', 0, DIGEST_BYTES);
  }
}
