import { createHmac, hkdfSync } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** What a pseudonymisation domain is made of (EDPB 01/2025 §2.4): ids of two domains cannot be joined. */
export interface DomainName {
  readonly purpose: string;
  /** The organisation that receives the data. */
  readonly recipient: string;
  /** Number of a research permit. */
  readonly permit: string | undefined;
  /** Changes when ids shall be issued anew. */
  readonly epoch: string;
}

/** A pseudonymisation domain with its keys. */
export interface Domain {
  /** A public name of the domain: 16 bytes in base64url, which tell nothing of its keys. Lists are shuffled by it. */
  readonly tag: string;
  /** AES-256 keys, newest first. */
  readonly keys: readonly Buffer[];
}

const KEY_BYTES = 32;
const TAG_BYTES = 16;
const DOMAINS_KEPT = 1000;

/** Derives domains from the domain secret and keeps the ones used last. */
export class Domains {
  readonly #domains: LRUCache<string, Domain>;
  readonly #secrets: readonly Buffer[];

  /** @param secrets versions of the domain secret, newest first */
  constructor(secrets: readonly Buffer[], capacity = DOMAINS_KEPT) {
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

/** JSON keeps the parts apart: no purpose can be written so that it runs into the recipient. */
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
