import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { ContactKey, FamilyKey, KeyScalar, PersonKey } from '../../schema/keys.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { Domain } from './domain.js';

export type Key = PersonKey | FamilyKey | ContactKey;

/** A key that waits to be sealed. */
export interface SealRequest {
  readonly kind: KeyScalar;
  readonly key: Key;
}

const CIPHER = 'aes-256-ecb';
const BLOCK = 16;
const KIND_AT = 8;
/** 16 bytes in base64url; the last character carries two bits only, so that each id is written in one way. */
const CANONICAL_ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const RECORD_KEY = /^[0-9a-f]{16}$/;
const MAX_INTEGER_KEY = 0xffff_ffff;

const kindBytes: Record<KeyScalar, number> = { PersonID: 1, FamilyID: 2, ContactID: 3 };

/** Whether a value is a key of this kind: an unsigned 32-bit integer, or 16 hexadecimal digits for a contact. */
export function isKey(kind: KeyScalar, value: unknown): value is Key {
  if (kind === 'ContactID') return typeof value === 'string' && RECORD_KEY.test(value);
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_INTEGER_KEY;
}

/**
 * Seals keys: deterministic authenticated encryption by encode-then-encipher (Bellare & Rogaway 2000). One block holds the
 * key (8 bytes), its kind (1 byte) and 7 zero bytes and goes through AES-256 under the domain's key; a block stands
 * alone, so that ECB over many of them is the cipher itself, once for each. A forged id passes with probability 2^-64.
 */
export function sealAll(domain: Domain, requests: readonly SealRequest[]): string[] {
  if (requests.length === 0) return [];
  const blocks = Buffer.alloc(requests.length * BLOCK);
  requests.forEach(({ kind, key }, index) => encode(blocks, index * BLOCK, kind, key));
  const cipher = createCipheriv(CIPHER, domain.keys[0]!, null).setAutoPadding(false);
  const sealed = cipher.update(blocks);
  return requests.map((_, index) => sealed.toString('base64url', index * BLOCK, (index + 1) * BLOCK));
}

export function seal(domain: Domain, kind: KeyScalar, key: Key): string {
  return sealAll(domain, [{ kind, key }])[0]!;
}

/** The key behind an id; undefined where the id was not given in this domain for this kind, whatever the reason. */
export function unseal(domain: Domain, kind: KeyScalar, id: unknown): Key | undefined {
  if (typeof id !== 'string' || !CANONICAL_ID.test(id)) return undefined;
  const bytes = Buffer.from(id, 'base64url');
  for (const key of domain.keys) {
    const decipher = createDecipheriv(CIPHER, key, null).setAutoPadding(false);
    const found = decode(decipher.update(bytes), kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

function encode(blocks: Buffer, offset: number, kind: KeyScalar, key: Key): void {
  if (!isKey(kind, key)) throw new PolkuError('INTERNAL_SERVER_ERROR', `Expected a key to seal as ${kind}.`);
  if (typeof key === 'string') blocks.write(key, offset, 'hex');
  else blocks.writeUInt32BE(key, offset + 4);
  blocks[offset + KIND_AT] = kindBytes[kind];
}

function decode(block: Buffer, kind: KeyScalar): Key | undefined {
  if (block[KIND_AT] !== kindBytes[kind]) return undefined;
  if (block.subarray(KIND_AT + 1).some((byte) => byte !== 0)) return undefined;
  if (kind === 'ContactID') return block.toString('hex', 0, KIND_AT);
  return block.readUInt32BE(0) === 0 ? block.readUInt32BE(4) : undefined;
}
