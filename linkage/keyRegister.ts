import type { DigestTable } from './digestTable.js';
import { type Generation, KeySequence } from './keySequence.js';

/** What the file stores of a register. The permutations are derived from the secret. */
export interface KeyRegisterContent {
  readonly generations: readonly Generation[];
  /** How many keys were issued. */
  readonly issued: number;
  readonly digests: DigestTable;
  /** Merged keys, each with the key it was merged into. */
  readonly aliases: ReadonlyMap<number, number>;
}

/** The keys of one kind: the key of each digest, and the next free key. */
export class KeyRegister {
  readonly digests: DigestTable;
  private readonly sequence: KeySequence;
  private readonly aliasOf: Map<number, number>;

  /** @param secretOf the secret of the permutation of a generation of keys, by its number */
  constructor(content: KeyRegisterContent, secretOf: (generation: number) => Uint8Array) {
    this.digests = content.digests;
    this.aliasOf = new Map(content.aliases);
    this.sequence = new KeySequence(content.generations, content.issued, secretOf);
  }

  get issued(): number {
    return this.sequence.issued;
  }

  get generations(): readonly Generation[] {
    return this.sequence.generations;
  }

  /** All keys are below it. */
  get domain(): number {
    return this.sequence.domain;
  }

  /** The number of digests and aliases. It grows with every change. */
  get links(): number {
    return this.digests.size + this.aliasOf.size;
  }

  get aliases(): ReadonlyMap<number, number> {
    return this.aliasOf;
  }

  /** The canonical key of a digest. */
  find(digest: Buffer): number | undefined {
    const key = this.digests.get(digest);
    return key === undefined ? undefined : this.canonical(key);
  }

  /** The key of a digest; a new one if there is none. */
  findOrAssign(digest: Buffer): number {
    const known = this.find(digest);
    if (known !== undefined) return known;
    const key = this.sequence.next();
    this.digests.set(digest, key);
    return key;
  }

  /**
   * Assigns two digests to one key, in any order of appearance. If both have keys, the older key remains and
   * the younger becomes its alias. Earlier snapshots still hold the younger key. Its rows are not found until
   * their registry is extracted again, so a merge requires a new extraction of every registry.
   */
  merge(one: Buffer, other: Buffer): number {
    const [first, second] = [this.find(one), this.find(other)];
    if (first === undefined || second === undefined) {
      const key = first ?? second ?? this.sequence.next();
      this.digests.set(one, key);
      this.digests.set(other, key);
      return key;
    }
    if (first === second) return first;
    const [older, younger] = this.sequence.isOlder(first, second) ? [first, second] : [second, first];
    this.aliasOf.set(younger, older);
    return older;
  }

  /** Follows aliases to the key in use. */
  canonical(key: number): number {
    let current = key;
    for (let other = this.aliasOf.get(current); other !== undefined; other = this.aliasOf.get(current)) {
      current = other;
    }
    return current;
  }
}
