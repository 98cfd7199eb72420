/**
 * Keys live between the gateway and the registries; outside, everyone sees sealed ids. See docs/decisions/keys.md.
 */

/** A person: an unsigned 32-bit integer given by linkage, a secret permutation of a counter. */
export type PersonKey = number;

/** A family: likewise, from a domain of its own. */
export type FamilyKey = number;

/** A contact or other record: 64 bits as 16 hexadecimal digits, a MAC of the source's own id. */
export type ContactKey = string;

/**
 * The linkage store that was begun before stores had names. Keys mean nothing outside the store that gave them out, so whatever
 * holds keys names its store: 32 hexadecimal digits.
 */
export const FIRST_STORE = '0'.repeat(32);

/** The scalars whose values are keys inside and sealed ids outside: sealing goes by type. */
export const keyScalars = ['PersonID', 'FamilyID', 'ContactID'] as const;
export type KeyScalar = (typeof keyScalars)[number];
