import { hash } from 'node:crypto';

/**
 * How many bytes of a digest are stored. The chance that two among a million digests are equal in 128 bits is
 * under 2^-88.
 */
export const DIGEST_BYTES = 16;
const WORDS = DIGEST_BYTES / 4;

/** One entry in the file: the digest and its key. */
export const ENTRY_BYTES = DIGEST_BYTES + 4;

/**
 * A hash table from digests to keys with open addressing. Digests are uniformly random, so their first word
 * is the hash. An entry takes at most 40 bytes, a Map of strings over a hundred.
 */
export class DigestTable {
  /** Four words per slot, all zero if the slot is free. No digest is all zero. */
  private words: Uint32Array;
  private keys: Uint32Array;
  private entries = 0;

  constructor(expected = 0) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(64, 2 * expected)));
    this.words = new Uint32Array(capacity * WORDS);
    this.keys = new Uint32Array(capacity);
  }

  get size(): number {
    return this.entries;
  }

  get(digest: Buffer): number | undefined {
    const slot = this.slotOf(digest, 0);
    return this.isFree(slot) ? undefined : this.keys[slot]!;
  }

  set(digest: Buffer, key: number): void {
    if (2 * (this.entries + 1) > this.keys.length) this.grow();
    this.put(digest, 0, key);
  }

  /** Entries sorted by hash, so that the order does not show when they were added. */
  encode(): Buffer {
    const bytes = Buffer.alloc(this.entries * ENTRY_BYTES);
    let offset = 0;
    for (let slot = 0; slot < this.keys.length; slot++) {
      if (this.isFree(slot)) continue;
      for (let word = 0; word < WORDS; word++) {
        offset = bytes.writeUInt32BE(this.words[slot * WORDS + word]!, offset);
      }
      offset = bytes.writeUInt32BE(this.keys[slot]!, offset);
    }
    return bytes;
  }

  static decode(bytes: Buffer): DigestTable {
    const table = new DigestTable(bytes.length / ENTRY_BYTES);
    for (let offset = 0; offset < bytes.length; offset += ENTRY_BYTES) {
      table.put(bytes, offset, bytes.readUInt32BE(offset + DIGEST_BYTES));
    }
    return table;
  }

  private put(bytes: Buffer, offset: number, key: number): void {
    const slot = this.slotOf(bytes, offset);
    if (this.isFree(slot)) {
      this.entries++;
      for (let word = 0; word < WORDS; word++) {
        this.words[slot * WORDS + word] = bytes.readUInt32BE(offset + 4 * word);
      }
    }
    this.keys[slot] = key;
  }

  /** The slot that holds the digest at an offset, or the free one where it belongs. */
  private slotOf(bytes: Buffer, offset: number): number {
    const mask = this.keys.length - 1;
    let slot = bytes.readUInt32BE(offset) & mask;
    while (!this.isFree(slot) && !this.holds(slot, bytes, offset)) slot = (slot + 1) & mask;
    return slot;
  }

  private holds(slot: number, bytes: Buffer, offset: number): boolean {
    for (let word = 0; word < WORDS; word++) {
      if (this.words[slot * WORDS + word] !== bytes.readUInt32BE(offset + 4 * word)) return false;
    }
    return true;
  }

  private isFree(slot: number): boolean {
    for (let word = 0; word < WORDS; word++) if (this.words[slot * WORDS + word] !== 0) return false;
    return true;
  }

  private grow(): void {
    const larger = new DigestTable(this.keys.length);
    const entries = this.encode();
    for (let offset = 0; offset < entries.length; offset += ENTRY_BYTES) {
      larger.put(entries, offset, entries.readUInt32BE(offset + DIGEST_BYTES));
    }
    this.words = larger.words;
    this.keys = larger.keys;
  }
}

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/**
 * HMAC-SHA-256 (RFC 2104) of many short texts under one key, as its two hashes. `createHmac` creates an
 * object for each text, which takes three times as long as the hashing.
 */
export class Mac {
  /** The key's inner block, then the text. */
  private inner = Buffer.alloc(1024);
  /** The key's outer block, then the inner hash. */
  private readonly outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);
  private readonly result = Buffer.alloc(HASH_BYTES);

  constructor(secret: Uint8Array) {
    const key = Buffer.alloc(BLOCK_BYTES);
    key.set(secret.length > BLOCK_BYTES ? hash('sha256', secret, 'buffer') : secret);
    for (let index = 0; index < BLOCK_BYTES; index++) {
      this.inner[index] = key[index]! ^ 0x36;
      this.outer[index] = key[index]! ^ 0x5c;
    }
  }

  /** The MAC of a text in UTF-8. The next call overwrites the buffer. */
  of(text: string): Buffer {
    const most = BLOCK_BYTES + 3 * text.length;
    if (most > this.inner.length) this.inner = Buffer.concat([this.inner.subarray(0, BLOCK_BYTES)], 2 * most);
    const end = BLOCK_BYTES + this.inner.write(text, BLOCK_BYTES);
    // Hashes are requested as binary strings, which take a third of the time of buffers.
    this.outer.write(hash('sha256', this.inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
    this.result.write(hash('sha256', this.outer, 'binary'), 'latin1');
    return this.result;
  }
}
