import { constants, fstatSync } from 'node:fs';
import { appendFile, type FileHandle, mkdir, open } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { appendDurably } from '../../schema/appendDurably.js';
import { GroupCommit } from '../../schema/groupCommit.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { AuditRecord } from './auditRecord.js';
import { type ChainEnd, chainLine, entryOf, sha256 } from './chain.js';
import { signCheckpoint } from './checkpoint.js';
import { lastOf } from './chainEnd.js';
import type { LogEntry, TornTail } from './logEntry.js';
import { removeExpired } from './retention.js';
import { auditFolder, listSegments, type Segment, segmentAt, syncFolder } from './segments.js';
import { read, readTail } from './tail.js';

/** Where audit records go. */
export interface AuditLog {
  /**
   * Resolves when the record is durable.
   * @throws PolkuError AUDIT_UNAVAILABLE; then no data may leave.
   */
  append(record: AuditRecord): Promise<void>;
  close(): Promise<void>;
}

export interface AuditLogOptions {
  /** Ed25519, for checkpoints. */
  readonly signingKey: KeyObject;
  /** A file elsewhere that checkpoints are copied to, so that a log cut behind one is found out. */
  readonly witness?: string | undefined;
  /** Files whose youngest record is older than this are removed; without it none ever is. */
  readonly retentionDays?: number | undefined;
  /** Told when the witness cannot be written; answers go on. */
  readonly report?: ((fault: unknown) => void) | undefined;
  readonly limits?: Partial<AuditLogLimits> | undefined;
}

export interface AuditLogLimits {
  /** A file that has reached this size is followed by another; so is that of a day that is over. */
  readonly fileBytes: number;
  /** A checkpoint comes after so many records or so many milliseconds, and when the log is closed. */
  readonly checkpointRecords: number;
  readonly checkpointMs: number;
}

const defaultLimits: AuditLogLimits = {
  fileBytes: 64 * 2 ** 20,
  checkpointRecords: 1_000,
  checkpointMs: 60_000,
};

/** Readable by its owner only: it tells who asked what. */
const MODE = 0o600;

/**
 * Opens the log below `<data>/audit`: JSON lines, each chained to the one before by its hash, in files that follow each
 * other. What a crash left half-written is moved beside its file, so that the log stays readable and nothing is thrown away.
 * One process at a time may have it open.
 * @throws PolkuError AUDIT_UNAVAILABLE
 */
export async function openAuditLog(dataFolder: string, options: AuditLogOptions): Promise<AuditLog> {
  const folder = auditFolder(dataFolder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const segments = await listSegments(folder);
    const segment = segments.at(-1) ?? segmentAt(folder, 1);
    const file = await open(segment.path, 'a+', MODE);
    const { size } = await file.stat();
    const { end, last } = await readTail(file);
    const torn = end < size ? await setAside(file, segment, end, size) : undefined;
    await syncFolder(folder);
    const chain = last ?? (await lastOf(segments.slice(0, -1), segment));
    const log = new AuditFiles(folder, options, {
      segment,
      file,
      durable: end,
      end: { seq: chain.seq, hash: chain.hash },
      day: last ? entryOf(last).time.slice(0, 10) : undefined,
      unsigned: last && entryOf(last).kind !== 'checkpoint' ? 1 : 0,
    });
    await log.begin(torn);
    return log;
  } catch (cause) {
    if (cause instanceof PolkuError) throw cause;
    throw new PolkuError('AUDIT_UNAVAILABLE', `The audit log in ${folder} cannot be opened.`, {}, { cause });
  }
}

async function setAside(file: FileHandle, { path }: Segment, from: number, to: number): Promise<TornTail> {
  const torn = await read(file, from, to);
  await appendFile(`${path}.torn`, torn, { mode: MODE, flush: true });
  await file.truncate(from);
  await file.sync();
  return { kind: 'torn-tail', time: new Date().toISOString(), bytes: torn.length, sha256: sha256(torn) };
}

/** Where the log stands. Everything in it is durable. */
interface State {
  segment: Segment;
  file: FileHandle;
  /** Bytes of the file. */
  durable: number;
  end: ChainEnd;
  /** Of the last record, in UTC; undefined in an empty file. */
  day: string | undefined;
  /** Records since the last checkpoint. */
  unsigned: number;
}

/** What is appended: an entry as JSON, or a checkpoint by itself. */
type Item = string | undefined;

class AuditFiles implements AuditLog {
  readonly #commits = new GroupCommit<Item>((items) => this.#commit(items));
  readonly #limits: AuditLogLimits;
  #timer: NodeJS.Timeout | undefined;
  #failed = false;
  #closed = false;
  #witnessing = false;
  #witnessed: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly options: AuditLogOptions,
    private readonly state: State,
  ) {
    this.#limits = { ...defaultLimits, ...options.limits };
  }

  /** Writes down what was found at the opening, and removes what is over its time. */
  async begin(torn: TornTail | undefined): Promise<void> {
    if (torn) await this.#write([JSON.stringify(torn)], true);
    await this.#removeExpired();
    this.#timer = setInterval(() => this.#checkpoint(), this.#limits.checkpointMs).unref();
  }

  async append(record: AuditRecord): Promise<void> {
    if (this.#closed) throw unavailable(new Error('The log is closed.'));
    try {
      await this.#commits.add(JSON.stringify({ kind: 'decision', ...record } satisfies LogEntry));
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#checkpoint();
    await this.#commits.idle();
    await this.#witnessed;
    await this.state.file.close();
  }

  #checkpoint(): void {
    if (this.state.unsigned > 0) this.#commits.add(undefined).catch((fault) => this.options.report?.(fault));
  }

  async #commit(items: readonly Item[]): Promise<void> {
    if (this.#failed) await this.#reopen();
    if (this.#isFull()) await this.#rotate();
    const entries = items.filter((item) => item !== undefined);
    const unsigned = this.state.unsigned + entries.length;
    const asked = entries.length < items.length;
    if (unsigned > 0) await this.#write(entries, asked || unsigned >= this.#limits.checkpointRecords);
  }

  #isFull(): boolean {
    const { durable, day } = this.state;
    return durable >= this.#limits.fileBytes || (day !== undefined && day !== dayOf(new Date()));
  }

  /** The next file begins where this one ends; the chain goes on over both. */
  async #rotate(): Promise<void> {
    const { state } = this;
    if (state.unsigned > 0) await this.#write([], true);
    const segment = segmentAt(this.folder, state.end.seq + 1);
    const file = await open(segment.path, 'a+', MODE);
    await syncFolder(this.folder);
    await state.file.close();
    Object.assign(state, { segment, file, durable: 0, day: undefined });
    await this.#removeExpired();
  }

  async #removeExpired(): Promise<void> {
    const { retentionDays } = this.options;
    if (retentionDays === undefined) return;
    await removeExpired({
      folder: this.folder,
      keep: this.state.segment,
      before: new Date(Date.now() - retentionDays * 86_400_000),
      record: (removals) =>
        this.#write(
          removals.map((removal) => JSON.stringify(removal)),
          true,
        ),
    });
  }

  /** Chains entries, makes them durable, and only then moves on. */
  async #write(entries: readonly string[], signed: boolean): Promise<void> {
    const { state } = this;
    let { end } = state;
    const lines: string[] = [];
    const chain = (entry: string): void => {
      const chained = chainLine(entry, end);
      lines.push(chained.line);
      end = chained.end;
    };
    const now = new Date();
    entries.forEach(chain);
    if (signed) chain(JSON.stringify(signCheckpoint(end, now.toISOString(), this.options.signingKey)));
    await this.#append(Buffer.from(lines.join('')));
    Object.assign(state, { end, day: dayOf(now), unsigned: signed ? 0 : state.unsigned + entries.length });
    if (signed) this.#witness(lines.at(-1)!);
  }

  async #append(bytes: Buffer): Promise<void> {
    const { state } = this;
    // Not asynchronous: it asks the kernel's memory, and every answer waits for it.
    if (fstatSync(state.file.fd).size !== state.durable)
      throw new Error('The log is not as long as it was left: another process writes it, or has cut it.');
    try {
      await appendDurably(state.file, bytes);
    } catch (cause) {
      this.#failed = true;
      throw cause;
    }
    state.durable += bytes.length;
  }

  /**
   * After a write that failed: what it may have left is cut off, or the next record would continue its line. The file is
   * opened anew, for a handle may be of a disk that has been mounted again.
   */
  async #reopen(): Promise<void> {
    const { state } = this;
    const file = await open(state.segment.path, constants.O_RDWR | constants.O_APPEND);
    try {
      const { size } = await file.stat();
      if (size < state.durable) throw new Error('Records that were durable are gone.');
      if (size > state.durable) await file.truncate(state.durable);
      await file.sync();
    } catch (cause) {
      await file.close();
      throw cause;
    }
    await state.file.close().catch(() => {});
    state.file = file;
    this.#failed = false;
  }

  #witness(line: string): void {
    const { witness, report } = this.options;
    if (witness === undefined) return;
    // The first one ends a line that an earlier process may have left torn.
    const text = this.#witnessing ? line : `\n${line}`;
    this.#witnessing = true;
    this.#witnessed = this.#witnessed
      .then(() => appendFile(witness, text, { mode: MODE, flush: true }))
      .catch((fault: unknown) => report?.(fault));
  }
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function unavailable(cause: unknown): PolkuError {
  return new PolkuError(
    'AUDIT_UNAVAILABLE',
    'The audit record could not be written, so nothing is answered; ask again later.',
    {},
    { cause },
  );
}
