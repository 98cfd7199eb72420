import { createCipheriv } from 'node:crypto';
import { PolkuError } from '../lib/errors.js';

/** Keys are unsigned 32-bit integers. */
export const MAX_DOMAIN = 2 ** 32 - 1;

/** A domain of keys, and the number of used positions of its permutation. */
export interface Generation {
  readonly domain: number;
  readonly used: number;
}

interface OpenGeneration {
  readonly permutation: Permutation;
  used: number;
}

/**
 * Issues keys in a secret order, each once. A domain stays at most half full: when half of it is issued, a
 * domain twice as large, with its own permutation, issues further keys. It contains the earlier domain and
 * skips the keys issued there (cycle-walking), so keys stay unique. A small key may therefore be old or new.
 * docs/decisions/linkage.md describes what a key reveals.
 */
export class KeySequence {
  readonly #generations: OpenGeneration[];
  #issued: number;

  /**
   * @param generations the oldest first
   * @param issued how many keys were issued
   * @param secretOf the secret of a generation's permutation, by its number
   */
  constructor(
    generations: readonly Generation[],
    issued: number,
    private readonly secretOf: (generation: number) => Uint8Array,
  ) {
    this.#generations = generations.map(({ domain, used }, number) => ({
      permutation: new Permutation(domain, secretOf(number)),
      used,
    }));
    this.#issued = issued;
  }

  get issued(): number {
    return this.#issued;
  }

  get generations(): readonly Generation[] {
    return this.#generations.map(({ permutation: { domain }, used }) => ({ domain, used }));
  }

  /** All keys are below it. */
  get domain(): number {
    return this.#newest.permutation.domain;
  }

  /** @throws PolkuError LINKAGE_FULL */
  next(): number {
    if (2 * this.#issued >= this.domain && this.domain < MAX_DOMAIN) this.#grow();
    const newest = this.#newest;
    while (newest.used < newest.permutation.domain) {
      const key = newest.permutation.apply(newest.used++);
      if (this.#generationOf(key) < this.#generations.length - 1) continue;
      this.#issued++;
      return key;
    }
    throw linkageFull();
  }

  /** Whether the first of two keys was issued before the second. */
  isOlder(one: number, other: number): boolean {
    const [first, second] = [this.#generationOf(one), this.#generationOf(other)];
    if (first !== second) return first < second;
    const { permutation } = this.#generations[first]!;
    return permutation.invert(one) < permutation.invert(other);
  }

  /** The generation that issued a key or will issue it: the oldest that has used its position. */
  #generationOf(key: number): number {
    const last = this.#generations.length - 1;
    return this.#generations.findIndex(
      ({ permutation, used }, number) =>
        number === last || (key < permutation.domain && permutation.invert(key) < used),
    );
  }

  #grow(): void {
    const permutation = new Permutation(
      Math.min(MAX_DOMAIN, 2 * this.domain),
      this.secretOf(this.#generations.length),
    );
    this.#generations.push({ permutation, used: 0 });
  }

  get #newest(): OpenGeneration {
    return this.#generations.at(-1)!;
  }
}

function linkageFull(): PolkuError {
  return new PolkuError(
    'LINKAGE_FULL',
    `All ${MAX_DOMAIN} keys of the linkage store are issued. Were ids of one system linked as persons? A new ` +
      'store gives everybody another key: restrictions made by hand, sealed ids and the audit log name people by the ' +
      'keys of this one. Read "Rotation" in docs/decisions/linkage.md before you create another.',
    { domain: MAX_DOMAIN },
  );
}

/** The number of rounds of FF1 in NIST SP 800-38G. */
const ROUNDS = 10;
const BLOCK = 16;

/**
 * A secret permutation of 0 .. domain-1: the generalised Feistel cipher with cycle-walking of Black &
 * Rogaway, "Ciphers with Arbitrary Finite Domains" (CT-RSA 2002). Keys are issued by a counter, so the
 * permutation hides age and arrival, yet the domain is small enough for arrays and bit sets.
 *
 * A number is split into (left, right) in Z_a x Z_b with a*b just over the domain. Halves are so small that
 * the round functions, AES-256 of round and half, are tabulated once.
 */
export class Permutation {
  private readonly a: number;
  private readonly b: number;
  private readonly tables: readonly Uint32Array[];

  /** @param domain 1 .. 2^32; @param key 32 bytes */
  constructor(
    readonly domain: number,
    key: Uint8Array,
  ) {
    if (!Number.isInteger(domain) || domain < 1 || domain > 2 ** 32) {
      throw new RangeError(`A domain has 1 to 2^32 numbers, not ${domain}.`);
    }
    this.a = Math.ceil(Math.sqrt(domain));
    this.b = Math.ceil(domain / this.a);
    this.tables = Array.from({ length: ROUNDS }, (_, round) => this.tabulate(round, key));
  }

  /** The number at a position of the counter. */
  apply(position: number): number {
    let number = position;
    do number = this.forward(number);
    while (number >= this.domain);
    return number;
  }

  /** The position of the counter that a number stands for. */
  invert(number: number): number {
    let position = number;
    do position = this.backward(position);
    while (position >= this.domain);
    return position;
  }

  private forward(number: number): number {
    let left = number % this.a;
    let right = Math.floor(number / this.a);
    for (let round = 0; round < ROUNDS; round += 2) {
      left = (left + this.tables[round]![right]!) % this.a;
      right = (right + this.tables[round + 1]![left]!) % this.b;
    }
    return right * this.a + left;
  }

  private backward(number: number): number {
    let left = number % this.a;
    let right = Math.floor(number / this.a);
    for (let round = ROUNDS - 2; round >= 0; round -= 2) {
      right = (right + this.b - this.tables[round + 1]![left]!) % this.b;
      left = (left + this.a - this.tables[round]![right]!) % this.a;
    }
    return right * this.a + left;
  }

  /** The round function for every half: even rounds map Z_b to Z_a, odd rounds Z_a to Z_b. */
  private tabulate(round: number, key: Uint8Array): Uint32Array {
    const [from, to] = round % 2 === 0 ? [this.b, this.a] : [this.a, this.b];
    const blocks = Buffer.alloc(from * BLOCK);
    for (let half = 0; half < from; half++) {
      blocks.writeUInt32BE(round, half * BLOCK);
      blocks.writeUInt32BE(half, half * BLOCK + 4);
    }
    // Each block is the input of a pseudo-random function and never a message, so plain ECB is correct here.
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    const output = Buffer.concat([cipher.update(blocks), cipher.final()]);
    const table = new Uint32Array(from);
    // 48 bits modulo at most 2^16: the bias is under 2^-32.
    for (let half = 0; half < from; half++) table[half] = output.readUIntBE(half * BLOCK, 6) % to;
    return table;
  }
}
