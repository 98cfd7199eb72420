// Long, because one class guards one invariant: what is acknowledged is durable and in the chain.
import type { KeyObject } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendLog, GroupCommit } from '../../lib/appendLog.js';
import { PolkuError } from '../../lib/errors.js';
import type { AuditRecord } from './auditRecord.js';
import { type ChainedLine, type ChainEnd, chainLine, isOldCheckpoint, isSigned } from './chain.js';
import { chainEndOf, type EndOfChain, KEEP_AS_EVIDENCE, readEnd, saveTornTail, seenBy } from './chainEnd.js';
import { entriesOf, type Opening, type ReviewEntry, type SignedEntry, type TornTail } from './logEntry.js';
import { ClockWatch, OtherChains } from './otherChains.js';
import { Retention } from './retention.js';
import {
  auditFolder,
  makeChainFolder,
  type Segment,
  segmentAt,
  segmentsOf,
  type Writer,
} from './segments.js';
import { WitnessWriter } from './witness.js';

/** Where audit records go. */
export interface AuditLog {
  /**
   * Resolves when the record is durable.
   * @throws PolkuError AUDIT_UNAVAILABLE; then no data may leave.
   */
  append(record: AuditRecord | ReviewEntry): Promise<void>;
  /**
   * Resolves if a record could be written now: a record of the last second proves it, or a small file next
   * to the log. If nothing was written for a minute, this writes a checkpoint.
   * @throws PolkuError AUDIT_UNAVAILABLE
   */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface AuditLogOptions {
  /** Whose chain is written. */
  readonly writer: Writer;
  /** Ed25519, for checkpoints. */
  readonly signingKey: KeyObject;
  /** A file elsewhere that checkpoints are copied to. It shows when the end of the log was cut off. */
  readonly witness?: string | undefined;
  /**
   * Files whose youngest record is older than this are removed (retention.ts). Without it no file is removed.
   */
  readonly retentionDays?: number | undefined;
  /** Receives what an operator should know: the witness cannot be written, or the opening found something. */
  readonly report?: ((fault: unknown) => void) | undefined;
  /** Receives the time of each commit, in seconds. */
  readonly onCommit?: ((seconds: number) => void) | undefined;
  readonly limits?: Partial<AuditLogLimits> | undefined;
}

export interface AuditLogLimits {
  /** A file that has reached this size is followed by another. So is the file of a day that is over. */
  readonly fileBytes: number;
  /**
   * A checkpoint is written after this many records or milliseconds, each day, and when the log is closed.
   */
  readonly checkpointRecords: number;
  readonly checkpointMs: number;
  /** A decision about more people than this names them in entries of their own, this many in each. */
  readonly peoplePerEntry: number;
}

const defaultLimits: AuditLogLimits = {
  fileBytes: 64 * 2 ** 20,
  checkpointRecords: 1_000,
  checkpointMs: 60_000,
  peoplePerEntry: 2_000,
};

const DAY_MS = 86_400_000;

/**
 * Opens a chain of the log, `<data>/audit/<writer>`: JSON lines in files that follow each other. Each line
 * holds the hash of the line before. If a crash left a line half-written, the part is moved to a file next to
 * it, so that the log stays readable and nothing is lost. One process at a time may have a chain open.
 * @throws PolkuError AUDIT_UNAVAILABLE
 */
export async function openAuditLog(dataFolder: string, options: AuditLogOptions): Promise<AuditLog> {
  const { writer, signingKey, report = () => {} } = options;
  let file: AppendLog | undefined;
  try {
    const folder = await makeChainFolder(dataFolder, writer);
    const segments = await segmentsOf(dataFolder, writer);
    const found = await readEnd(segments);
    if (found.checkpoint && !isOwn(found.checkpoint, signingKey)) throw foreign();
    const last = segments.at(-1);
    const segment = last ?? segmentAt(folder, 1);
    const tail = last && (await saveTornTail(last));
    file = await AppendLog.open(segment.path, tail?.end ?? 0);
    const state: State = {
      segment,
      file,
      end: chainEndOf(found, segment),
      day: tail?.last && dayOf(tail.last.entry.time),
      unsigned: found.unproven,
    };
    const others = new OtherChains(dataFolder, writer, seenBy(found), report);
    const log = new ChainWriter(dataFolder, folder, options, state, others);
    await log.begin(found, tail?.torn);
    return log;
  } catch (cause) {
    await file?.close().catch(() => {});
    if (cause instanceof PolkuError) throw cause;
    throw new PolkuError(
      'AUDIT_UNAVAILABLE',
      `The audit log in ${auditFolder(dataFolder)} cannot be opened.`,
      {},
      { cause },
    );
  }
}

function isOwn(checkpoint: ChainedLine, key: KeyObject): boolean {
  return isSigned(checkpoint, key) || isOldCheckpoint(checkpoint, key);
}

function foreign(): PolkuError {
  return new PolkuError(
    'AUDIT_UNAVAILABLE',
    `The last checkpoint of the audit log was signed by another key than this one. If "polku secrets rotate audit.key" was killed, run it again. Otherwise: ${KEEP_AS_EVIDENCE}`,
  );
}

/** The state of a chain. Everything in it is durable. */
interface State {
  segment: Segment;
  file: AppendLog;
  end: ChainEnd;
  /** Day of the last record, in UTC; undefined in an empty file. */
  day: string | undefined;
  /** Records since the last checkpoint. */
  unsigned: number;
}

/**
 * Entries that are written together: a signed entry, or a decision as JSON after the entries that name its
 * people.
 */
type Item = readonly (string | SignedEntry)[];

/** Asks for a checkpoint. */
const CHECKPOINT: Item = [];
/** Asks for a checkpoint even if there is nothing to sign. It proves that the log can be written. */
const PROOF: Item = [];
/** How long a write proves that the next one will succeed. */
const PROOF_MS = 60_000;
/** The least time between two proofs after the log could not be written. */
const RETRY_MS = 1_000;

class ChainWriter implements AuditLog {
  readonly #commits = new GroupCommit<Item>((items) => this.#commit(items));
  readonly #limits: AuditLogLimits;
  readonly #report: (fault: unknown) => void;
  readonly #witness: WitnessWriter | undefined;
  readonly #retention: Retention | undefined;
  readonly #clock = new ClockWatch();
  /** What the opening found, until it is written. */
  #opening: Item = [];
  #timer: NodeJS.Timeout | undefined;
  /**
   * When something was last written, and when a proof was last tried. Both are times of a monotonic clock.
   */
  #writtenAt = -Infinity;
  #provedAt = -Infinity;

  constructor(
    dataFolder: string,
    private readonly folder: string,
    private readonly options: AuditLogOptions,
    private readonly state: State,
    private readonly others: OtherChains,
  ) {
    const { writer, limits, report = () => {}, witness, retentionDays } = options;
    this.#limits = { ...defaultLimits, ...limits };
    this.#report = report;
    this.#witness = witness === undefined ? undefined : new WitnessWriter(witness, report);
    this.#retention =
      retentionDays === undefined ? undefined : new Retention(dataFolder, writer, retentionDays);
  }

  /** Records what the opening found, and removes files whose retention is over. */
  async begin(found: EndOfChain, torn: TornTail | undefined): Promise<void> {
    const opening: Opening = {
      kind: 'opening',
      time: new Date().toISOString(),
      chain: this.options.writer,
      lastTime: found.last?.entry.time,
      unproven: found.unproven,
      witnessed: await this.#missingCheckpoint(found),
    };
    for (const notice of noticesOf(opening)) this.#report(notice);
    this.#opening = torn ? [opening, torn] : [opening];
    // If it cannot be written now, nothing else is written before it.
    await this.#commits.add(CHECKPOINT).catch(this.#report);
    this.#timer = setInterval(() => this.#tick(), this.#limits.checkpointMs).unref();
  }

  async append(record: AuditRecord | ReviewEntry): Promise<void> {
    try {
      const entries = 'kind' in record ? [record] : entriesOf(record, this.#limits.peoplePerEntry);
      await this.#commits.add(entries);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async ready(): Promise<void> {
    try {
      this.state.file.requireAsLeft();
      const isInDoubt = this.state.file.hasFailed || this.#opening.length > 0;
      const now = performance.now();
      if (isInDoubt && now - this.#provedAt < RETRY_MS) throw new Error('The log could not be written.');
      if (!isInDoubt && now - this.#writtenAt < RETRY_MS) return;
      await proveSpace(this.folder);
      if (!isInDoubt && now - this.#writtenAt < PROOF_MS) return;
      this.#provedAt = now;
      await this.#commits.add(PROOF);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.state.unsigned > 0) this.#enqueue(CHECKPOINT);
    await this.#commits.close();
    await this.#witness?.idle();
    await this.state.file.close();
  }

  /** The last checkpoint that the witness holds and this chain lacks. */
  async #missingCheckpoint({ checkpoint }: EndOfChain): Promise<number | undefined> {
    const witnessed = await this.#witness?.lastOf(this.options.writer, this.options.signingKey);
    if (!witnessed || witnessed.hash === checkpoint?.hash) return undefined;
    // An earlier checkpoint is no loss: the witness may have been unwritable for a while.
    return witnessed.seq < (checkpoint?.seq ?? 0) ? undefined : witnessed.seq;
  }

  #tick(): void {
    const jump = this.#clock.jump();
    if (jump) {
      this.#report(clockJumped(jump.seconds));
      this.#enqueue([jump]);
    }
    // An idle gateway needs an entry each day, too: retention counts the days that have entries.
    if (!this.#isSignedToday()) this.#enqueue(CHECKPOINT);
  }

  #enqueue(item: Item): void {
    this.#commits.add(item).catch(this.#report);
  }

  async #commit(items: readonly Item[]): Promise<void> {
    // Here, not only when it appends: a file that is followed by another must end with a whole line.
    await this.state.file.recover();
    if (this.#isFull()) await this.#rotate();
    if (this.#opening.length > 0) await this.#writeOpening();
    const entries = items.flat();
    const unsigned = this.state.unsigned + entries.length;
    const isProof = items.includes(PROOF);
    const due = isProof || items.includes(CHECKPOINT) || unsigned >= this.#limits.checkpointRecords;
    if (entries.length > 0 || isProof || (due && !this.#isSignedToday())) await this.#write(entries, due);
  }

  async #writeOpening(): Promise<void> {
    await this.#write(this.#opening, true);
    this.#opening = [];
    await this.#removeExpired();
  }

  #isSignedToday(): boolean {
    return this.state.unsigned === 0 && this.state.day === today();
  }

  #isFull(): boolean {
    const { file, day } = this.state;
    return file.length >= this.#limits.fileBytes || (day !== undefined && day !== today());
  }

  /** Starts the next file where this one ends. The chain continues over both. */
  async #rotate(): Promise<void> {
    const { state } = this;
    // What the opening found must be recorded before a checkpoint signs it.
    if (state.unsigned > 0 && this.#opening.length === 0) await this.#write([], true);
    const segment = segmentAt(this.folder, state.end.seq + 1);
    const file = await AppendLog.create(segment.path);
    await state.file.close();
    Object.assign(state, { segment, file, day: undefined });
    if (this.#opening.length === 0) await this.#removeExpired();
  }

  async #removeExpired(): Promise<void> {
    await this.#retention?.remove((removals) => this.#write(removals, true));
  }

  /** Chains entries and makes them durable. Only then does the state change. */
  async #write(entries: Item, signed: boolean): Promise<void> {
    const { state } = this;
    const { signingKey, writer: chain } = this.options;
    let { end } = state;
    const lines: string[] = [];
    const add = (entry: string | SignedEntry): void => {
      const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
      const chained = chainLine(text, end, typeof entry === 'string' ? undefined : signingKey);
      lines.push(chained.line);
      end = chained.end;
    };
    entries.forEach(add);
    const time = new Date().toISOString();
    if (signed) add({ kind: 'checkpoint', time, chain, others: await this.others.look() });
    const began = performance.now();
    await state.file.append(Buffer.from(lines.join('')));
    this.#writtenAt = performance.now();
    this.options.onCommit?.((this.#writtenAt - began) / 1000);
    Object.assign(state, { end, day: dayOf(time), unsigned: signed ? 0 : state.unsigned + entries.length });
    if (signed) this.#witness?.write(lines.at(-1)!);
  }
}

const PROOF_BYTES = 64 * 1024;

/** @throws errors of the file system if the folder has no room for records, or cannot be written */
async function proveSpace(folder: string): Promise<void> {
  const path = join(folder, '.space');
  try {
    await writeFile(path, Buffer.alloc(PROOF_BYTES), { mode: 0o600 });
  } finally {
    await rm(path, { force: true });
  }
}

/** What an operator should know about an opening. */
function noticesOf({ chain, time, lastTime, unproven, witnessed }: Opening): PolkuError[] {
  const notices: PolkuError[] = [];
  const about = (text: string) =>
    notices.push(new PolkuError('AUDIT_UNPROVEN', `The chain "${chain}" of the audit log: ${text}`));
  if (unproven > 0)
    about(
      `${unproven} records at its end were not signed yet when it was opened. A crash leaves such records. Nothing ` +
        'proves that nobody else wrote, changed or removed any. The log records this, too.',
    );
  if (witnessed !== undefined)
    about(
      `its witness holds checkpoint ${witnessed}, which the log lacks. Its end was cut off, or an older copy of it was put ` +
        'in its place.',
    );
  const passed = lastTime === undefined ? 0 : Date.parse(time) - Date.parse(lastTime);
  if (passed < 0 || (passed > DAY_MS && chain === 'gateway'))
    about(
      `its last record is of ${lastTime}, and the clock shows ${time}. If no gateway was stopped for that long, the ` +
        'clock is wrong. Retention counts the days on which the log has records.',
    );
  return notices;
}

function clockJumped(seconds: number): PolkuError {
  return new PolkuError(
    'CLOCK_JUMPED',
    `The clock of this machine jumped by ${seconds} s, compared with a monotonic clock. The audit log has a record of it.`,
  );
}

function today(): string {
  return dayOf(new Date().toISOString());
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}

function unavailable(cause: unknown): PolkuError {
  return new PolkuError(
    'AUDIT_UNAVAILABLE',
    'The audit record could not be written, so nothing is answered; ask again later.',
    {},
    { cause },
  );
}
