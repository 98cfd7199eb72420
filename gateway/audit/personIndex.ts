import { createHmac } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { read } from './chainEnd.js';

const MAGIC = 'polkupi1';
const BUCKETS = 256;
const TAG_BYTES = 16;
const ENTRY_BYTES = 8;
const STARTS_AT = MAGIC.length + 4;
const TAGS_AT = STARTS_AT + 4 * (BUCKETS + 1);
const HEAD_BYTES = TAGS_AT + TAG_BYTES * BUCKETS;
const CHUNK = 2 ** 18;
const NEWLINE = 0x0a;
const KIND = Buffer.from('"kind":"');
const DECISION_ID = Buffer.from('"decisionId":"');
const PEOPLE = Buffer.from('"people":["');
const QUOTE = 0x22;

/** The file that an index belongs to. */
export interface IndexedFile {
  /** Chain and file. */
  readonly name: string;
  readonly path: string;
}

/**
 * Where people and decisions are in a file of the log. A hash of a person's digest leads to the lines that
 * name the person; a hash of a decision id leads to its line. Different texts may share a hash, so callers
 * check the line that they find.
 */
export class PersonIndex {
  /** Bytes of the file that are indexed: whole lines. */
  bytes = 0;
  readonly #buckets = Array.from({ length: BUCKETS }, () => new Bucket());

  /** Reads what was appended since. Other work of the process runs in between. */
  async extend(file: FileHandle, until: number): Promise<void> {
    const scheduler = new CooperativeScheduler();
    let size = CHUNK;
    while (this.bytes < until) {
      if (scheduler.shouldYield) await scheduler.yield();
      const chunk = await read(file, this.bytes, Math.min(until, this.bytes + size));
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end === 0 && this.bytes + chunk.length >= until) return;
      // The line is longer than the chunk, so the next chunk is larger.
      if (end === 0) size *= 2;
      for (let at = 0; at < end;) {
        const next = chunk.indexOf(NEWLINE, at) + 1;
        this.#addLine(chunk.subarray(at, next), this.bytes + at);
        at = next;
      }
      this.bytes += end;
    }
  }

  offsetsOf(text: string): number[] {
    const key = hashOf(Buffer.from(text), 0, text.length);
    return this.#buckets[key % BUCKETS]!.offsetsOf(key);
  }

  /**
   * Writes the index next to its file. Each part is authenticated, so nobody without the secret can hide an
   * entry.
   */
  async save({ name, path }: IndexedFile, secret: Uint8Array): Promise<void> {
    const contents = this.#buckets.map((bucket) => bucket.content());
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(MAGIC, 'latin1');
    head.writeUInt32LE(this.bytes, MAGIC.length);
    const scheduler = new CooperativeScheduler();
    let start = 0;
    for (const [bucket, content] of contents.entries()) {
      if (scheduler.shouldYield) await scheduler.yield();
      head.writeUInt32LE(start, STARTS_AT + 4 * bucket);
      tagOf(secret, { name, bytes: this.bytes, bucket, content }).copy(head, TAGS_AT + TAG_BYTES * bucket);
      start += content.length / ENTRY_BYTES;
    }
    head.writeUInt32LE(start, STARTS_AT + 4 * BUCKETS);
    const draft = `${indexPath(path)}.partial`;
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(Buffer.concat([head, ...contents]));
    } finally {
      await file.close();
    }
    await rename(draft, indexPath(path));
  }

  #addLine(line: Buffer, offset: number): void {
    const kind = line.indexOf(KIND) + KIND.length;
    const isDecision = line.toString('latin1', kind, kind + 9) === 'decision"';
    if (!isDecision && line.toString('latin1', kind, kind + 7) !== 'people"') return;
    if (isDecision) {
      const id = line.indexOf(DECISION_ID, kind) + DECISION_ID.length;
      this.#add(line, id, line.indexOf(QUOTE, id), offset);
    }
    const people = line.indexOf(PEOPLE, kind);
    if (people < 0) return;
    for (let start = people + PEOPLE.length; ;) {
      const end = line.indexOf(QUOTE, start);
      if (end < 0) return;
      this.#add(line, start, end, offset);
      // After a digest comes `","` and another digest, or `"]`.
      if (line[end + 2] !== QUOTE) return;
      start = end + 3;
    }
  }

  #add(line: Buffer, start: number, end: number, offset: number): void {
    const key = hashOf(line, start, end);
    this.#buckets[key % BUCKETS]!.add(key, offset);
  }
}

/** An index on disk: its header is in memory, and each question reads one part of it. */
export class SavedIndex {
  private constructor(
    private readonly of: IndexedFile,
    private readonly head: Buffer,
  ) {}

  /** @returns undefined if there is none, or it does not belong to the present content of the file */
  static async open(of: IndexedFile, bytes: number): Promise<SavedIndex | undefined> {
    try {
      const file = await open(indexPath(of.path), 'r');
      try {
        const head = await read(file, 0, HEAD_BYTES);
        const fits =
          head.length === HEAD_BYTES &&
          head.toString('latin1', 0, MAGIC.length) === MAGIC &&
          head.readUInt32LE(MAGIC.length) === bytes;
        return fits ? new SavedIndex(of, head) : undefined;
      } finally {
        await file.close();
      }
    } catch {
      return undefined;
    }
  }

  /** @returns undefined if the index was changed or damaged */
  async offsetsOf(text: string, secret: Uint8Array): Promise<number[] | undefined> {
    const { head, of } = this;
    const key = hashOf(Buffer.from(text), 0, text.length);
    const bucket = key % BUCKETS;
    const [from, until] = [bucket, bucket + 1].map((at) => head.readUInt32LE(STARTS_AT + 4 * at));
    const tag = head.subarray(TAGS_AT + TAG_BYTES * bucket, TAGS_AT + TAG_BYTES * (bucket + 1));
    const content = await this.#read(from! * ENTRY_BYTES, until! * ENTRY_BYTES);
    const bytes = head.readUInt32LE(MAGIC.length);
    if (!content || !tagOf(secret, { name: of.name, bytes, bucket, content }).equals(tag)) return undefined;
    return offsetsIn(content, key);
  }

  async #read(from: number, until: number): Promise<Buffer | undefined> {
    if (until < from) return undefined;
    try {
      const file = await open(indexPath(this.of.path), 'r');
      try {
        return await read(file, HEAD_BYTES + from, HEAD_BYTES + until);
      } finally {
        await file.close();
      }
    } catch {
      return undefined;
    }
  }
}

export function indexPath(segmentPath: string): string {
  return `${segmentPath}.index`;
}

/** A growing list of entries: a hash, and the offset of a line. */
class Bucket {
  #entries = Buffer.alloc(16 * ENTRY_BYTES);
  #length = 0;

  add(key: number, offset: number): void {
    if (this.#length === this.#entries.length)
      this.#entries = Buffer.concat([this.#entries, Buffer.alloc(this.#entries.length)]);
    this.#entries.writeUInt32LE(key, this.#length);
    this.#entries.writeUInt32LE(offset, this.#length + 4);
    this.#length += ENTRY_BYTES;
  }

  offsetsOf(key: number): number[] {
    return offsetsIn(this.content(), key);
  }

  content(): Buffer {
    return this.#entries.subarray(0, this.#length);
  }
}

function offsetsIn(content: Buffer, key: number): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < content.length; at += ENTRY_BYTES)
    if (content.readUInt32LE(at) === key) offsets.push(content.readUInt32LE(at + 4));
  return offsets;
}

function tagOf(
  secret: Uint8Array,
  {
    name,
    bytes,
    bucket,
    content,
  }: { readonly name: string; readonly bytes: number; readonly bucket: number; readonly content: Buffer },
): Buffer {
  const hmac = createHmac('sha256', secret).update(`polku person index ${name} ${bytes} ${bucket}\n`);
  return hmac.update(content).digest().subarray(0, TAG_BYTES);
}

/** FNV-1a with 32 bits is enough: the texts that it hashes are random. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}
