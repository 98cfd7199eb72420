import { PolkuError } from '../../schema/polkuError.js';
import { Permutation } from './permutation.js';

/** Keys are unsigned 32-bit integers. */
export const MAX_DOMAIN = 2 ** 32 - 1;

/** A domain of keys, and how many positions of its permutation were used. */
export interface Generation {
  readonly domain: number;
  readonly used: number;
}

interface OpenGeneration {
  readonly permutation: Permutation;
  used: number;
}

/**
 * Gives out keys in a secret order, each once. A domain stays at most half full: when half of it is given out, a domain twice as
 * large, with a permutation of its own, gives out the keys to come. It contains the domain before it, and skips the keys that
 * were given out there (cycle-walking), so that keys stay unique, and a small key may be an old one or a new one. What a key does
 * tell is docs/decisions/linkage.md's to say.
 */
export class KeySequence {
  readonly #generations: OpenGeneration[];
  #issued: number;

  /**
   * @param generations the oldest first
   * @param issued how many keys were given out
   * @param secretOf the secret of the permutation of a generation, by its number
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

  /** Whether one of two keys was given out before the other. */
  isOlder(one: number, other: number): boolean {
    const [first, second] = [this.#generationOf(one), this.#generationOf(other)];
    if (first !== second) return first < second;
    const { permutation } = this.#generations[first]!;
    return permutation.invert(one) < permutation.invert(other);
  }

  /** The number of the generation that gave out a key, or will: the oldest that has used it. */
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
    `All ${MAX_DOMAIN} keys that a linkage store can give out are given out; did ids of one system become persons? A new ` +
      'store gives everybody another key: restrictions made by hand, sealed ids and the audit log name people by the ' +
      'keys of this one. Read "Rotation" in docs/decisions/linkage.md before you begin another.',
    { domain: MAX_DOMAIN },
  );
}
