import { createHash } from 'node:crypto';

/**
 * Returns a sort key that orders keys by a hash with the name of the pseudonymisation domain. The order is
 * the same for every request in a domain, so that pages fit together. It reveals nothing about the key and
 * differs between domains.
 */
export function stableShuffle(domain: string): (key: string | number) => number {
  return (key) => createHash('sha256').update(`${domain}\0${key}`).digest().readUIntBE(0, 6);
}
