/**
 * Only the gateway, the registries and linkage use keys. Clients see sealed ids instead. See
 * docs/decisions/keys.md.
 */

/** The key of a person: an unsigned 32-bit integer from linkage, a secret permutation of a counter. */
export type PersonKey = number;

/** The key of a family: the same kind of integer, with its own counter. */
export type FamilyKey = number;

/** The key of a contact or another record: a 64-bit MAC of the source's own id, in 16 hexadecimal digits. */
export type ContactKey = string;

/**
 * The name of linkage stores that are older than store names. A key has a meaning only in the store that
 * issued it, so all data with keys names its store by 32 hexadecimal digits.
 */
export const FIRST_STORE = '0'.repeat(32);

/**
 * The scalars whose values are keys internally and sealed ids for clients. The type decides what is sealed.
 */
export const keyScalars = ['PersonID', 'FamilyID', 'ContactID'] as const;
export type KeyScalar = (typeof keyScalars)[number];

export function isKeyScalar(scalar: string): scalar is KeyScalar {
  return (keyScalars as readonly string[]).includes(scalar);
}
