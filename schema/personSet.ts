import type { PersonKey } from './keys.js';

/**
 * A set of persons as a bit set in 32-bit words. Only the code that creates a set adds to it. It is the value
 * of the scalar `PersonSet`: it travels by reference in one process and as base64 between processes.
 */
export class PersonSet {
  constructor(readonly words: Uint32Array) {}

  /** Creates an empty set for keys below a bound. */
  static below(bound: number): PersonSet {
    return new PersonSet(new Uint32Array((bound + 31) >>> 5));
  }

  /** Creates a set of all keys below a bound, rounded up to whole words. */
  static all(bound: number): PersonSet {
    const everybody = PersonSet.below(bound);
    everybody.words.fill(0xffff_ffff);
    return everybody;
  }

  /** Reads a set from an entity representation. Returns undefined for any other value. */
  static from(value: unknown): PersonSet | undefined {
    if (value instanceof PersonSet) return value;
    if (typeof value !== 'string') return undefined;
    const bytes = Buffer.from(value, 'base64');
    if (bytes.byteLength % Uint32Array.BYTES_PER_ELEMENT !== 0) return undefined;
    return new PersonSet(new Uint32Array(new Uint8Array(bytes).buffer));
  }

  has(person: PersonKey): boolean {
    // After the last word there is nobody: undefined is treated as 0.
    return ((this.words[person >>> 5]! >>> (person & 31)) & 1) === 1;
  }

  /** @param person a key below the bound of the set */
  add(person: PersonKey): void {
    this.words[person >>> 5]! |= 1 << (person & 31);
  }

  get size(): number {
    let size = 0;
    for (let index = 0; index < this.words.length; index++) size += bitsIn(this.words[index]!);
    return size;
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  and({ words: others }: PersonSet): PersonSet {
    const words = new Uint32Array(this.words.length);
    const shared = Math.min(words.length, others.length);
    for (let index = 0; index < shared; index++) words[index] = this.words[index]! & others[index]!;
    return new PersonSet(words);
  }

  or({ words: others }: PersonSet): PersonSet {
    const [longer, shorter] =
      this.words.length >= others.length ? [this.words, others] : [others, this.words];
    const words = longer.slice();
    for (let index = 0; index < shorter.length; index++) words[index]! |= shorter[index]!;
    return new PersonSet(words);
  }

  minus({ words: others }: PersonSet): PersonSet {
    const words = this.words.slice();
    const shared = Math.min(words.length, others.length);
    for (let index = 0; index < shared; index++) words[index]! &= ~others[index]!;
    return new PersonSet(words);
  }

  equals({ words }: PersonSet): boolean {
    return this.words.length === words.length && this.words.every((word, index) => word === words[index]);
  }

  /** Visits the persons in the order of their keys. */
  forEach(visit: (person: PersonKey) => void): void {
    for (let index = 0; index < this.words.length; index++) {
      for (let word = this.words[index]!; word !== 0; word &= word - 1)
        visit(index * 32 + 31 - Math.clz32(word & -word));
    }
  }

  /** The persons in the order of their keys. */
  get keys(): Uint32Array {
    const keys = new Uint32Array(this.size);
    let at = 0;
    this.forEach((person) => (keys[at++] = person));
    return keys;
  }

  toJSON(): string {
    const { buffer, byteOffset, byteLength } = this.words;
    return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  }
}

/** Counts the bits in a 32-bit word (H. S. Warren, Hacker's Delight, 2nd ed., §5-1). */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
