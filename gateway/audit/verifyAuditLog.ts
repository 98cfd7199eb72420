import type { KeyObject } from 'node:crypto';
import { CHAIN_START, type ChainedLine, type ChainEnd, isOldCheckpoint, isSigned } from './chain.js';
import { ChainKeys } from './keyChange.js';
import type { Removal, SeenChain } from './logEntry.js';
import { findLine, logLines, type PlacedLine } from './readRecords.js';
import { listChains } from './segments.js';
import { readWitness, type Testimony, type WitnessedCheckpoint } from './witness.js';

/**
 * What was done to a log: a record was rewritten; some are missing; some are in another order; the end is
 * gone; an entry that only a holder of the key may write has no valid signature; a whole chain is gone. Or
 * why verification is impossible: the key or the witness belongs to another log.
 */
export type FaultKind =
  'changed' | 'removed' | 'reordered' | 'cut' | 'forged' | 'missing' | 'wrong key' | 'wrong witness';

/** The first fault, and where it is. */
export interface LogFault {
  readonly kind: FaultKind;
  /** The file and line; undefined if the fault concerns no single line. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly message: string;
}

/** The result for one chain. */
export interface ChainVerification {
  readonly chain: string;
  /** undefined if the chain is intact. */
  readonly fault: LogFault | undefined;
  /** The last checkpoint up to which the chain is intact. */
  readonly checkpoint: { readonly seq: number; readonly time: string } | undefined;
  /** Records up to the first fault, or all records. */
  readonly records: number;
  /** Records after the checkpoint, which are chained and not yet signed. */
  readonly unsigned: number;
  /** Records that were removed because their retention was over, according to signed entries of the chain. */
  readonly expired: number;
  /** How often an opening found the end of a file torn and moved it away. */
  readonly torn: number;
  /** Records that were not signed when the chain was opened, and how often that happened. */
  readonly unproven: { readonly records: number; readonly openings: number };
  /** Openings at which the witness held a checkpoint that the chain lacked. */
  readonly behindWitness: number;
  readonly clockJumps: number;
  /** How often another key began to sign the chain. */
  readonly keyChanges: number;
  /** The last checkpoint that the witness holds. */
  readonly witnessed: number | undefined;
}

export interface Verification {
  /**
   * The gravest fault: what was done to the log comes before why it cannot be verified. undefined if the log
   * is intact.
   */
  readonly fault: LogFault | undefined;
  readonly chains: readonly ChainVerification[];
  /** What the witness proves; undefined without a witness. */
  readonly witness: Testimony | undefined;
}

export interface VerifyOptions {
  /** The public half of the key that signs checkpoints. */
  readonly key: KeyObject;
  /** The text of a witness. */
  readonly witness?: string | undefined;
  /** Receives the number of lines that were read, from time to time. */
  readonly onProgress?: ((lines: number) => void) | undefined;
}

const PROGRESS_LINES = 5_000;

/**
 * Walks each chain from its first record. Each record must have a correct hash, the next number and the hash
 * of the record before. Entries that need a signature must have one. Each checkpoint that the witness or
 * another chain has seen must be there.
 */
export async function verifyAuditLog(
  dataFolder: string,
  { key, witness, onProgress }: VerifyOptions,
): Promise<Verification> {
  let lines = 0;
  const names = await listChains(dataFolder);
  const keys = new Map<string, ChainKeys>();
  for (const chain of names) keys.set(chain, await ChainKeys.of(dataFolder, chain, key));
  const known = [...keys.values()].flatMap(({ all }) => all);
  const testimony = witness === undefined ? undefined : readWitness(witness, [key, ...known]);
  const walks: ChainWalk[] = [];
  for (const chain of names) {
    const walk = new ChainWalk(chain, keys.get(chain)!, testimony?.checkpoints.get(chain) ?? new Map());
    for await (const line of logLines(dataFolder, chain)) {
      if (++lines % PROGRESS_LINES === 0) onProgress?.(lines);
      if (walk.fault) walk.lookAhead(line);
      else walk.step(line);
    }
    walk.finish();
    walks.push(walk);
  }
  const seen = walks.flatMap((walk) => walk.others.map((other) => ({ by: walk.chain, ...other })));
  for (const other of seen) {
    const walk = walks.find(({ chain }) => chain === other.chain);
    if (walk && !walk.fault) await walk.compare(other, dataFolder);
  }
  return {
    fault: firstFault(
      walks,
      testimony,
      seen.map(({ chain }) => chain),
    ),
    chains: walks.map((walk) => walk.result()),
    witness: testimony,
  };
}

function firstFault(
  walks: readonly ChainWalk[],
  testimony: Testimony | undefined,
  seen: readonly string[],
): LogFault | undefined {
  const nowhere = { file: undefined, line: undefined };
  const proves = (testimony?.checkpoints.size ?? 0) > 0;
  const signed = walks.some((walk) => walk.signed > 0);
  const foreign = walks.reduce((sum, walk) => sum + walk.foreign, 0);
  if (!signed && !proves && foreign > 0) {
    const message = `this key has signed nothing in the log, which holds ${foreign} signatures of another. Either the key belongs to another log, or another log has replaced this one`;
    return { kind: 'wrong key', ...nowhere, message };
  }
  const fault = walks.find((walk) => walk.fault)?.fault;
  if (fault) return fault;
  const known = new Set([...seen, ...(testimony?.checkpoints.keys() ?? [])]);
  const gone = [...known].find((chain) => !walks.some((walk) => walk.chain === chain && walk.records > 0));
  if (gone !== undefined) {
    const by = seen.includes(gone) ? 'another chain' : 'the witness';
    return { kind: 'missing', ...nowhere, message: `the chain "${gone}" is gone, which ${by} has seen` };
  }
  if (testimony && !proves) {
    const message =
      'the witness holds no checkpoint that this key has signed. It proves nothing: it is empty, or of another log';
    return { kind: 'wrong witness', ...nowhere, message };
  }
  if (testimony && testimony.foreign > 0) {
    const message = `${testimony.foreign} lines of the witness are signed by another key: a part of it is of another log`;
    return { kind: 'wrong witness', ...nowhere, message };
  }
  return undefined;
}

/** Verifies one chain, a line at a time. */
export class ChainWalk {
  fault: LogFault | undefined;
  others: readonly SeenChain[] = [];
  records = 0;
  /** Entries that the key has signed, and entries that it should have signed and has not. */
  signed = 0;
  foreign = 0;
  #end: ChainEnd = CHAIN_START;
  #first: PlacedLine | undefined;
  #previous: PlacedLine | undefined;
  /** Whether all entries so far are of the first format. */
  #oldFormat = true;
  /** Whether a checkpoint signed records of the first format. */
  #oldSigned = false;
  /** Where the chain begins, if records before are gone, until a signed removal explains it. */
  #unexplained: (ChainEnd & { readonly place: PlacedLine }) | undefined;
  /** A removal of the first format explains it, and no checkpoint has signed that removal yet. */
  #explained = false;
  #expired = 0;
  #torn = 0;
  #unsigned = 0;
  #unproven = { records: 0, openings: 0 };
  #behindWitness = 0;
  #clockJumps = 0;
  #keyChanges = 0;
  #checkpoint: ChainVerification['checkpoint'];
  #witnessedNumbers: readonly number[] | undefined;

  constructor(
    readonly chain: string,
    private readonly keys: ChainKeys,
    private readonly witnessed: ReadonlyMap<number, WitnessedCheckpoint>,
  ) {}

  step(place: PlacedLine): void {
    const { record } = place;
    if (!record) return this.#fail('changed', place, 'it is not a record, or its hash is wrong');
    if (!this.#previous && place.first > 1) {
      this.#end = { seq: place.first - 1, hash: record.previous };
      this.#unexplained = { ...this.#end, place };
    }
    this.#first ??= place;
    const expected = this.#end.seq + 1;
    if (record.seq > expected)
      return this.#fail('removed', place, `records ${expected} to ${record.seq - 1} are missing before it`);
    if (record.seq < expected)
      return this.#fail('reordered', place, `record ${record.seq} stands where ${expected} belongs`);
    if (record.previous !== this.#end.hash)
      return this.#fail('changed', this.#previous ?? place, 'the record after it was chained to another');
    const witnessed = this.witnessed.get(record.seq);
    if (witnessed !== undefined && witnessed.hash !== record.hash)
      return this.#fail('changed', place, 'another checkpoint was witnessed in its place');
    this.#read(record, place);
    if (this.fault) return;
    this.records += 1;
    this.#end = record;
    this.#previous = place;
  }

  /** After a gap: if a missing record comes later, it was moved and not removed. */
  lookAhead({ record }: PlacedLine): void {
    if (this.fault?.kind === 'removed' && record?.seq === this.#end.seq + 1)
      this.fault = {
        ...this.fault,
        kind: 'reordered',
        message: `record ${record.seq} comes after those that follow it`,
      };
  }

  finish(): void {
    if (this.fault) return;
    if (this.#unexplained) {
      const message = `records 1 to ${this.#unexplained.seq} are missing before it, and no signed removal explains that`;
      return this.#fail('removed', this.#unexplained.place, message);
    }
    const last = maximum(this.witnessed.keys());
    if (last > this.#end.seq) return this.#cut(last, 'was witnessed');
    if (this.records > 0) return;
    const nowhere = { file: undefined, line: undefined };
    this.#fail('cut', nowhere, `the chain "${this.chain}" holds no record, not even of its opening`);
  }

  /** Compares the chain with a checkpoint of it that another chain has seen. */
  async compare({ by, seq, hash }: SeenChain & { readonly by: string }, dataFolder: string): Promise<void> {
    if (seq > this.#end.seq) return this.#cut(seq, `was seen by the chain "${by}"`);
    const place = await findLine(dataFolder, this.chain, seq);
    if (place && place.record!.hash !== hash)
      this.#fail('changed', place, `the chain "${by}" has seen another checkpoint in its place`);
  }

  result(): ChainVerification {
    return {
      chain: this.chain,
      fault: this.fault,
      checkpoint: this.#checkpoint,
      records: this.records,
      unsigned: this.#unsigned,
      expired: this.#expired,
      torn: this.#torn,
      unproven: this.#unproven,
      behindWitness: this.#behindWitness,
      clockJumps: this.#clockJumps,
      keyChanges: this.#keyChanges,
      witnessed: maximum(this.witnessed.keys()) || undefined,
    };
  }

  #cut(seq: number, how: string): void {
    const message = `the chain ends with record ${this.#end.seq}, but checkpoint ${seq} ${how}`;
    this.#fail('cut', this.#previous ?? { file: undefined, line: undefined }, message);
  }

  #read(record: ChainedLine, place: PlacedLine): void {
    const { entry } = record;
    if (entry.kind === 'decision' || entry.kind === 'people') {
      this.#unsigned += 1;
      return;
    }
    if (isSigned(record, this.keys.at(record.seq))) return this.#readSigned(record, place);
    if (this.#oldFormat && this.chain === 'gateway') return this.#readOld(record, place);
    this.foreign += 1;
    this.#fail(
      entry.kind === 'checkpoint' ? 'changed' : 'forged',
      place,
      'it is not signed by the key of this log',
    );
  }

  #readSigned(record: ChainedLine, place: PlacedLine): void {
    const { entry } = record;
    this.signed += 1;
    if (this.#oldFormat) this.#endOldFormat(record, place);
    this.#unsigned += 1;
    switch (entry.kind) {
      case 'checkpoint':
        if (entry.chain !== this.chain)
          return this.#fail('forged', place, `it is of the chain "${entry.chain}"`);
        this.others = entry.others;
        return this.#reach(record, entry.time);
      case 'opening':
        if (entry.chain !== this.chain)
          return this.#fail('forged', place, `it is of the chain "${entry.chain}"`);
        if (entry.unproven > 0) {
          this.#unproven.records += entry.unproven;
          this.#unproven.openings += 1;
        }
        if (entry.witnessed !== undefined) this.#behindWitness += 1;
        return;
      case 'removal':
        return this.#readRemoval(entry, place);
      case 'torn-tail':
        this.#torn += 1;
        return;
      case 'clock-jump':
        this.#clockJumps += 1;
        return;
      case 'review':
        return;
      case 'key-change':
        if (entry.chain !== this.chain)
          return this.#fail('forged', place, `it is of the chain "${entry.chain}"`);
        this.#keyChanges += 1;
        this.others = entry.others;
        return this.#reach(record, entry.time);
    }
  }

  /**
   * The first signed entry of the present format. A chain must begin with one, or with records that a
   * checkpoint of the first format signed.
   */
  #endOldFormat({ entry }: ChainedLine, place: PlacedLine): void {
    this.#oldFormat = false;
    this.#explained = false;
    if (this.#previous === undefined && entry.kind === 'opening') return;
    const begins = this.#first!.first === 1;
    if (begins && !this.#oldSigned)
      this.#fail('forged', this.#first ?? place, 'the chain does not begin with a signed opening');
  }

  #readOld(record: ChainedLine, place: PlacedLine): void {
    const { entry } = record;
    this.#unsigned += 1;
    if (entry.kind === 'checkpoint') {
      if (!isOldCheckpoint(record, this.keys.at(record.seq))) {
        this.foreign += 1;
        return this.#fail('changed', place, 'it is not signed by the key of this log');
      }
      this.signed += 1;
      this.#oldSigned = true;
      if (this.#explained) this.#unexplained = undefined;
      return this.#reach(record, entry.time);
    }
    if (entry.kind === 'removal' && entry.last === this.#unexplained?.seq) {
      this.#explained = entry.lastHash === this.#unexplained.hash;
      this.#expired = entry.last;
    }
    if (entry.kind === 'torn-tail') this.#torn += 1;
  }

  #readRemoval(removal: Removal, place: PlacedLine): void {
    const { last, lastHash, time, lastTime, days, file } = removal;
    const before = Date.parse(time) - days * 86_400_000;
    if (Date.parse(lastTime) > before)
      return this.#fail('forged', place, `${file} was removed before its ${days} days were over`);
    for (const [seq, witnessed] of this.#witnessedBetween(removal.first, last)) {
      if (Date.parse(witnessed.time) > before)
        return this.#fail('forged', place, `the witness holds a younger checkpoint of ${file}`);
      if (seq === last && witnessed.hash !== lastHash)
        return this.#fail('forged', place, `the witness holds another end of ${file}`);
    }
    if (last === this.#unexplained?.seq && lastHash === this.#unexplained.hash) this.#unexplained = undefined;
    this.#expired = Math.max(this.#expired, last);
  }

  *#witnessedBetween(first: number, last: number): Iterable<readonly [number, WitnessedCheckpoint]> {
    this.#witnessedNumbers ??= [...this.witnessed.keys()].sort((a, b) => a - b);
    const numbers = this.#witnessedNumbers;
    let [from, until] = [0, numbers.length];
    while (from < until) {
      const middle = (from + until) >> 1;
      if (numbers[middle]! < first) from = middle + 1;
      else until = middle;
    }
    for (; from < numbers.length && numbers[from]! <= last; from++)
      yield [numbers[from]!, this.witnessed.get(numbers[from]!)!];
  }

  #reach({ seq }: ChainedLine, time: string): void {
    this.#checkpoint = { seq, time };
    this.#unsigned = 0;
  }

  #fail(kind: FaultKind, { file, line }: Pick<LogFault, 'file' | 'line'>, message: string): void {
    const path = file === undefined ? undefined : `${this.chain}/${file}`;
    this.fault ??= { kind, file: path, line, message };
  }
}

/** The greatest number; 0 if there is none. A spread into Math.max fails with very many numbers. */
function maximum(numbers: Iterable<number>): number {
  let greatest = 0;
  for (const number of numbers) if (number > greatest) greatest = number;
  return greatest;
}
