import { createCipheriv, hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;
const BLOCK = Buffer.alloc(16);

/**
 * The secret fixed random number of every unit, by key: words of the AES-256-CTR key stream, a pseudo-random function of the
 * unit's key that makes a million of them in some milliseconds.
 *
 * They follow from the secret and the key alone, not from the snapshot. Were they drawn anew for each snapshot, a set that
 * has not changed would get new noise each time, and the noise would average out.
 * @param secret at least 32 bytes
 * @param domain all keys are below it
 */
export function recordKeys(secret: Uint8Array, domain: number): Uint32Array {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'polku record keys', KEY_BYTES));
  const stream = createCipheriv('aes-256-ctr', key, BLOCK).update(new Uint8Array(4 * domain));
  return new Uint32Array(stream.buffer.slice(stream.byteOffset, stream.byteOffset + stream.byteLength));
}
