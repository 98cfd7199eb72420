import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { PolkuError } from '../lib/errors.js';
import type { ContactKey, FamilyKey, KeyScalar, PersonKey } from '../schema/keys.js';

/** The parts of a pseudonymisation domain (EDPB 01/2025 §2.4). Ids of two domains cannot be joined. */
export interface DomainName {
  readonly purpose: string;
  /** The organisation that receives the data. */
  readonly recipient: string;
  /** Number of a research permit. */
  readonly permit: string | undefined;
  /** A new epoch changes all ids. */
  readonly epoch: string;
}

/** A pseudonymisation domain with its keys. */
export interface Domain {
  /**
   * A public name of the domain: 16 bytes in base64url, which reveal nothing about its keys. It decides the
   * order of shuffled lists.
   */
  readonly tag: string;
  /** AES-256 keys, newest first. */
  readonly keys: readonly Buffer[];
}

const KEY_BYTES = 32;
const TAG_BYTES = 16;
const MAX_DOMAINS = 1000;

/** Derives domains from the domain secret and caches those that were used last. */
export class Domains {
  readonly #domains: LRUCache<string, Domain>;
  readonly #secrets: readonly Buffer[];

  /** @param secrets versions of the domain secret, newest first */
  constructor(secrets: readonly Buffer[], capacity = MAX_DOMAINS) {
    this.#secrets = secrets;
    this.#domains = new LRUCache({ max: capacity });
  }

  domain(name: DomainName): Domain {
    const info = describe(name);
    const known = this.#domains.get(info);
    if (known) return known;
    const domain = derive(this.#secrets, info);
    this.#domains.set(info, domain);
    return domain;
  }
}

/** JSON separates the parts unambiguously: no purpose can be written so that it runs into the recipient. */
function describe({ purpose, recipient, permit, epoch }: DomainName): string {
  return JSON.stringify([purpose, recipient, permit ?? null, epoch]);
}

function derive(secrets: readonly Buffer[], info: string): Domain {
  const keys = secrets.map((secret) => deriveKey(secret, `polku domain key ${info}`));
  const tagKey = deriveKey(secrets[0]!, `polku domain tag ${info}`);
  const tag = createHmac('sha256', tagKey).update(info).digest().subarray(0, TAG_BYTES);
  return { tag: tag.toString('base64url'), keys };
}

/** HKDF (RFC 5869) with SHA-256; the secret is uniformly random, so it needs no salt. */
function deriveKey(secret: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, KEY_BYTES));
}

export type Key = PersonKey | FamilyKey | ContactKey;

/** A key to seal. */
export interface KeyToSeal {
  readonly scalar: KeyScalar;
  readonly key: Key;
}

const CIPHER = 'aes-256-ecb';
const BLOCK = 16;
const KIND_AT = 8;
/** 16 bytes in base64url. The last character carries only two bits, so there is one way to write each id. */
const CANONICAL_ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const RECORD_KEY = /^[0-9a-f]{16}$/;
const MAX_INTEGER_KEY = 0xffff_ffff;

const kindBytes: Record<KeyScalar, number> = { PersonID: 1, FamilyID: 2, ContactID: 3 };

/** Whether a value is a key of this kind: an unsigned 32-bit integer, or 16 hexadecimal digits (contacts). */
export function isKey(kind: KeyScalar, value: unknown): value is Key {
  if (kind === 'ContactID') return typeof value === 'string' && RECORD_KEY.test(value);
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_INTEGER_KEY;
}

/**
 * Seals keys: deterministic authenticated encryption by encode-then-encipher (Bellare & Rogaway 2000). One
 * block holds the key (8 bytes), its kind (1 byte) and 7 zero bytes. It is encrypted by AES-256 under the key
 * of the domain. Each id is one block, so ECB over many blocks equals one encryption for each. A forged id
 * passes with probability 2^-64.
 */
export function sealAll(domain: Domain, requests: readonly KeyToSeal[]): string[] {
  if (requests.length === 0) return [];
  const blocks = Buffer.alloc(requests.length * BLOCK);
  requests.forEach(({ scalar, key }, index) => encode(blocks, index * BLOCK, scalar, key));
  const cipher = createCipheriv(CIPHER, domain.keys[0]!, null).setAutoPadding(false);
  const sealed = cipher.update(blocks);
  return requests.map((_, index) => sealed.toString('base64url', index * BLOCK, (index + 1) * BLOCK));
}

export function seal(domain: Domain, scalar: KeyScalar, key: Key): string {
  return sealAll(domain, [{ scalar, key }])[0]!;
}

/**
 * The key behind an id; undefined if the id was not issued in this domain for this kind, for whatever reason.
 */
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
