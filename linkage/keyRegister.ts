import type { DigestTable } from './digestTable.js';
import { type Generation, KeySequence } from './keySequence.js';

/** What a register keeps in the store's file, besides its secret permutations. */
export interface KeyRegisterContent {
  readonly generations: readonly Generation[];
  /** How many keys were given out. */
  readonly issued: number;
  readonly digests: DigestTable;
  /** Keys that turned out to be another's, and that other key. */
  readonly aliases: ReadonlyMap<number, number>;
}

/** The keys of one kind: which digest leads to which key, and which keys are free. */
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

  /** How many digests lead somewhere and how many keys are another's: it grows with every change. */
  get links(): number {
    return this.digests.size + this.aliasOf.size;
  }

  get aliases(): ReadonlyMap<number, number> {
    return this.aliasOf;
  }

  /** The canonical key that a digest leads to. */
  find(digest: Buffer): number | undefined {
    const key = this.digests.get(digest);
    return key === undefined ? undefined : this.canonical(key);
  }

  /** The key that a digest leads to; a new one where there is none. */
  findOrAssign(digest: Buffer): number {
    const known = this.find(digest);
    if (known !== undefined) return known;
    const key = this.sequence.next();
    this.digests.set(digest, key);
    return key;
  }

  /**
   * Makes two digests lead to one key, whichever was seen first. Where both have keys already, the older key remains and
   * the younger becomes its alias. Snapshots written before still hold the younger key, whose rows nobody finds until
   * their registry is extracted anew: a merge therefore wants every registry extracted again.
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

  /** The key that counts: of one that turned out to be another's, that other. */
  canonical(key: number): number {
    let current = key;
    for (let other = this.aliasOf.get(current); other !== undefined; other = this.aliasOf.get(current)) {
      current = other;
    }
    return current;
  }
}
