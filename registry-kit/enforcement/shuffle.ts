import { createHash } from 'node:crypto';

/**
 * An order that tells nothing: keys in the order of a hash under the pseudonymisation domain's name. It is the same for
 * every request of a domain, so that pages fit together, and unrelated to the key and to other domains.
 */
export function stableShuffle(domain: string): (key: string | number) => number {
  return (key) => createHash('sha256').update(`${domain}\0${key}`).digest().readUIntBE(0, 6);
}
