import { createHmac } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { AuditRecord } from './auditRecord.js';
import { type ChainedLine, readLine } from './chain.js';
import { lastRecordOf, read } from './chainEnd.js';
import { PersonIndex, SavedIndex } from './personIndex.js';
import { mergeByTime } from './readRecords.js';
import { listChains, type Segment, segmentsOf } from './segments.js';

/** How often the log is read, so that little is left to index when a question comes. */
const LOOK_MS = 10_000;
/** A line is read in pieces; most fit into one. */
const LINE_PIECE = 8 * 1024;
const NEWLINE = 0x0a;

export interface PersonLogOptions {
  readonly dataFolder: string;
  /** The audit secret: without it nobody can make an index that is accepted. */
  readonly secret: Uint8Array;
  /** Receives the fault when an index cannot be written. The index stays in memory then. */
  readonly report: (fault: unknown) => void;
}

/** A record, and the chain that it is in: the name of its writer. */
export interface AttributedRecord extends AuditRecord {
  readonly chain: string;
}

export interface PersonLogPage {
  /** Not before this time; ISO 8601. */
  readonly since?: string | undefined;
  /** The last decision of the page before. */
  readonly after?: string | undefined;
}

/**
 * The decisions that read data of a person, over all chains of the log. Each file has an index, so a question
 * reads only the lines of its answer, however long the log is. The index of a complete file is stored next to
 * it. The index of a file that is being written is in memory. A missing or damaged index is made again.
 */
export class PersonLog {
  readonly #dataFolder: string;
  readonly #secret: Uint8Array;
  readonly #report: (fault: unknown) => void;
  readonly #files = new Map<string, IndexedSegment>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  constructor({ dataFolder, secret, report }: PersonLogOptions) {
    this.#dataFolder = dataFolder;
    this.#secret = createHmac('sha256', secret).update('polku person index').digest();
    this.#report = report;
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Indexes what was written since the last call. */
  look(): Promise<void> {
    this.#looking ??= this.#indexAll()
      .catch(this.#report)
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** @param digests of all keys that the person has had. @returns newest first */
  async *recordsOf(
    digests: ReadonlySet<string>,
    { since, after }: PersonLogPage = {},
  ): AsyncGenerator<AttributedRecord> {
    const chains = await Promise.all(
      (await listChains(this.#dataFolder)).map((chain) => this.#filesOf(chain)),
    );
    const last = after === undefined ? undefined : await this.#placeOf(after, digests, chains);
    if (after !== undefined && !last) return;
    yield* mergeByTime(
      chains.map((files) => this.#recordsIn(files, digests, since, last)),
      'newest first',
    );
  }

  async *#recordsIn(
    files: readonly IndexedSegment[],
    digests: ReadonlySet<string>,
    since: string | undefined,
    last: Place | undefined,
  ): AsyncGenerator<AttributedRecord> {
    const isBegun = last !== undefined && files.includes(last.file);
    let given: string | undefined;
    for (const file of files.toReversed()) {
      if (isBegun && file.segment.first > last.file.segment.first) continue;
      if (since !== undefined && (await file.isBefore(since))) return;
      for await (const { record, offset } of file.recordsOf(digests)) {
        if (record.decisionId === given || record.decisionId === last?.record.decisionId) continue;
        if (isBegun && file === last.file && offset > last.offset) continue;
        // In another chain: the pages before hold the newer records.
        if (last && !isBegun && record.time > last.record.time) continue;
        given = record.decisionId;
        yield { ...record, chain: file.chain };
      }
    }
  }

  /** Where a decision is, if it read data of the person. */
  async #placeOf(
    decisionId: string,
    digests: ReadonlySet<string>,
    chains: readonly (readonly IndexedSegment[])[],
  ): Promise<Place | undefined> {
    for (const file of chains.flat().toReversed()) {
      const found = await file.decision(decisionId);
      if (!found) continue;
      for await (const { record } of file.recordsOf(digests))
        if (record.decisionId === decisionId) return { file, ...found };
    }
    return undefined;
  }

  async #filesOf(chain: string): Promise<IndexedSegment[]> {
    const segments = await segmentsOf(this.#dataFolder, chain);
    return segments.map((segment) => {
      const isLast = segment === segments.at(-1);
      let file = this.#files.get(segment.path);
      if (!file) {
        file = new IndexedSegment(chain, segment, this.#secret, this.#report);
        this.#files.set(segment.path, file);
      }
      file.isComplete = !isLast;
      return file;
    });
  }

  async #indexAll(): Promise<void> {
    const present = new Set<string>();
    for (const chain of await listChains(this.#dataFolder)) {
      for (const file of await this.#filesOf(chain)) {
        present.add(file.segment.path);
        await file.index();
      }
    }
    for (const path of this.#files.keys()) if (!present.has(path)) this.#files.delete(path);
  }
}

interface FoundRecord {
  readonly record: AuditRecord;
  readonly offset: number;
}

interface Place extends FoundRecord {
  readonly file: IndexedSegment;
}

/** A file of the log with its index. */
class IndexedSegment {
  /** Whether the file is complete. */
  isComplete = false;
  #index: PersonIndex | SavedIndex | undefined;
  #indexing: Promise<PersonIndex | SavedIndex> | undefined;
  #lastTime: string | undefined;

  constructor(
    readonly chain: string,
    readonly segment: Segment,
    private readonly secret: Uint8Array,
    private readonly report: (fault: unknown) => void,
  ) {}

  /** Makes the index, or updates it. */
  index(): Promise<PersonIndex | SavedIndex> {
    this.#indexing ??= this.#makeIndex().finally(() => (this.#indexing = undefined));
    return this.#indexing;
  }

  /** Whether all its records are older. */
  async isBefore(time: string): Promise<boolean> {
    if (!this.isComplete) return false;
    this.#lastTime ??= (await lastRecordOf(this.segment))?.entry.time;
    return this.#lastTime !== undefined && this.#lastTime < time;
  }

  /** The decisions that name one of the digests, last first. */
  async *recordsOf(digests: ReadonlySet<string>): AsyncGenerator<FoundRecord> {
    const offsets = new Set<number>();
    for (const digest of digests) for (const offset of await this.#offsetsOf(digest)) offsets.add(offset);
    if (offsets.size === 0) return;
    const file = await open(this.segment.path, 'r');
    try {
      for (const offset of [...offsets].sort((a, b) => b - a)) {
        const entry = (await lineAt(file, offset))?.entry;
        if (entry?.kind !== 'decision' && entry?.kind !== 'people') continue;
        if (!entry.people.some((digest) => digests.has(digest))) continue;
        if (entry.kind === 'decision') yield { record: entry, offset };
        else {
          const decision = await this.#decisionIn(file, entry.decisionId);
          if (decision) yield { record: decision.record, offset };
        }
      }
    } finally {
      await file.close();
    }
  }

  async decision(decisionId: string): Promise<FoundRecord | undefined> {
    if ((await this.#offsetsOf(decisionId)).length === 0) return undefined;
    const file = await open(this.segment.path, 'r');
    try {
      return await this.#decisionIn(file, decisionId);
    } finally {
      await file.close();
    }
  }

  async #decisionIn(file: FileHandle, decisionId: string): Promise<FoundRecord | undefined> {
    for (const offset of await this.#offsetsOf(decisionId)) {
      const entry = (await lineAt(file, offset))?.entry;
      if (entry?.kind === 'decision' && entry.decisionId === decisionId) return { record: entry, offset };
    }
    return undefined;
  }

  async #offsetsOf(text: string): Promise<readonly number[]> {
    const index = await this.index();
    if (index instanceof PersonIndex) return index.offsetsOf(text);
    const offsets = await index.offsetsOf(text, this.secret);
    if (offsets) return offsets;
    // The saved index was damaged or changed.
    const again = await this.#extended(new PersonIndex());
    this.#index = await this.#saved(again);
    return again.offsetsOf(text);
  }

  async #makeIndex(): Promise<PersonIndex | SavedIndex> {
    if (!this.isComplete) {
      const known = this.#index instanceof PersonIndex ? this.#index : new PersonIndex();
      return (this.#index = await this.#extended(known));
    }
    if (this.#index instanceof SavedIndex) return this.#index;
    const { size } = await stat(this.segment.path);
    this.#index =
      (await SavedIndex.open(this.#file, size)) ??
      (await this.#saved(await this.#extended(this.#index ?? new PersonIndex())));
    return this.#index;
  }

  async #extended(index: PersonIndex): Promise<PersonIndex> {
    const file = await open(this.segment.path, 'r');
    try {
      await index.extend(file, (await file.stat()).size);
      return index;
    } finally {
      await file.close();
    }
  }

  /** Saves the index. If it cannot be written, the index in memory is used. */
  async #saved(index: PersonIndex): Promise<PersonIndex | SavedIndex> {
    try {
      await index.save(this.#file, this.secret);
    } catch (fault) {
      this.report(fault);
      return index;
    }
    return (await SavedIndex.open(this.#file, index.bytes)) ?? index;
  }

  get #file() {
    return { name: `${this.chain}/${this.segment.name}`, path: this.segment.path };
  }
}

/** The record of the line that begins at an offset; undefined if no valid record begins there. */
export async function lineAt(file: FileHandle, offset: number): Promise<ChainedLine | undefined> {
  for (let length = LINE_PIECE; ; length *= 4) {
    const piece = await read(file, offset, offset + length);
    const end = piece.indexOf(NEWLINE);
    if (end >= 0) return readLine(piece.toString('utf8', 0, end));
    if (piece.length < length) return undefined;
  }
}
