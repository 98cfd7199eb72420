import type { KeyObject } from 'node:crypto';
import { CHAIN_START, type ChainEnd, type ChainedLine, entryOf, readLine } from './chain.js';
import { isSigned } from './checkpoint.js';
import { logLines, type PlacedLine } from './logLines.js';

/** What was done to a log: a record rewritten; some missing; some in another order; the end gone. */
export type FaultKind = 'changed' | 'removed' | 'reordered' | 'cut';

/** The first thing that is wrong, and where. */
export interface LogFault {
  readonly kind: FaultKind;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Verification {
  /** undefined: the log is whole. */
  readonly fault: LogFault | undefined;
  /** The last checkpoint up to which the log is whole. */
  readonly checkpoint: { readonly seq: number; readonly time: string } | undefined;
  /** Records up to the first fault, or all. */
  readonly records: number;
  /** Records after the checkpoint: chained, and not yet signed. */
  readonly unsigned: number;
  /** Records that were removed because their time was over, by the log's own word. */
  readonly expired: number;
  /** How often the end of a file was found torn at a start, and set aside. */
  readonly torn: number;
}

export interface VerifyOptions {
  /** The public half of the key that signs checkpoints. */
  readonly key: KeyObject;
  /** The lines that were copied to a witness. */
  readonly witness?: string | undefined;
}

/**
 * Walks the chain from its first record: each must hold its own hash, the number that comes next and the hash of the one
 * before; each checkpoint must be signed; each checkpoint that was witnessed must be there.
 */
export async function verifyAuditLog(
  dataFolder: string,
  { key, witness }: VerifyOptions,
): Promise<Verification> {
  const walk = new ChainWalk(key, readWitness(witness ?? '', key));
  for await (const line of logLines(dataFolder)) {
    if (walk.fault) walk.lookAhead(line);
    else walk.step(line);
  }
  return walk.finish();
}

/** Checkpoints that a witness holds, by number; lines that the key did not sign are no testimony. */
function readWitness(text: string, key: KeyObject): ReadonlyMap<number, string> {
  const witnessed = new Map<number, string>();
  for (const line of text.split('\n')) {
    const record = readLine(line);
    if (record && isCheckpoint(record, key)) witnessed.set(record.seq, record.hash);
  }
  return witnessed;
}

function isCheckpoint(record: ChainedLine, key: KeyObject): boolean {
  const entry = entryOf(record);
  return entry.kind === 'checkpoint' && isSigned(entry, endBefore(record), key);
}

function endBefore({ seq, previous }: ChainedLine): ChainEnd {
  return { seq: seq - 1, hash: previous };
}

class ChainWalk {
  fault: LogFault | undefined;
  #end: ChainEnd = CHAIN_START;
  #previous: PlacedLine | undefined;
  /** Where the log begins behind records that are gone, until a removal that is signed explains it. */
  #unexplained: (ChainEnd & { readonly place: PlacedLine }) | undefined;
  #explained = false;
  #expired = 0;
  #torn = 0;
  #records = 0;
  #unsigned = 0;
  #checkpoint: Verification['checkpoint'];

  constructor(
    private readonly key: KeyObject,
    private readonly witnessed: ReadonlyMap<number, string>,
  ) {}

  step(place: PlacedLine): void {
    const { record } = place;
    if (!record) return this.#fail('changed', place, 'it is no record, or its hash does not hold');
    if (!this.#previous && place.first > 1) {
      this.#end = { seq: place.first - 1, hash: record.previous };
      this.#unexplained = { ...this.#end, place };
    }
    const expected = this.#end.seq + 1;
    if (record.seq > expected)
      return this.#fail('removed', place, `records ${expected} to ${record.seq - 1} are missing before it`);
    if (record.seq < expected)
      return this.#fail('reordered', place, `record ${record.seq} stands where ${expected} belongs`);
    if (record.previous !== this.#end.hash)
      return this.#fail('changed', this.#previous ?? place, 'the record after it was chained to another');
    const witnessed = this.witnessed.get(record.seq);
    if (witnessed !== undefined && witnessed !== record.hash)
      return this.#fail('changed', place, 'another checkpoint was witnessed in its place');
    this.#read(record, place);
  }

  /** After a gap: a missing record that comes later was moved, not removed. */
  lookAhead({ record }: PlacedLine): void {
    if (this.fault?.kind === 'removed' && record?.seq === this.#end.seq + 1)
      this.fault = {
        ...this.fault,
        kind: 'reordered',
        message: `record ${record.seq} comes after those that follow it`,
      };
  }

  finish(): Verification {
    if (!this.fault && this.#unexplained)
      this.#fail(
        'removed',
        this.#unexplained.place,
        `records 1 to ${this.#unexplained.seq} are missing before it`,
      );
    const last = Math.max(0, ...this.witnessed.keys());
    if (!this.fault && last > this.#end.seq) {
      const { seq } = this.#end;
      const message = `the log ends with record ${seq}, but checkpoint ${last} was witnessed`;
      this.#fail('cut', this.#previous ?? { file: 'audit', line: 0 }, message);
    }
    return {
      fault: this.fault,
      checkpoint: this.#checkpoint,
      records: this.#records,
      unsigned: this.#unsigned,
      expired: this.#expired,
      torn: this.#torn,
    };
  }

  #read(record: ChainedLine, place: PlacedLine): void {
    const entry = entryOf(record);
    if (entry.kind === 'checkpoint') {
      if (!isSigned(entry, endBefore(record), this.key))
        return this.#fail('changed', place, 'it is not signed by the key of this log');
      this.#checkpoint = { seq: record.seq, time: entry.time };
      this.#unsigned = 0;
      if (this.#explained) this.#unexplained = undefined;
    } else {
      this.#unsigned += 1;
    }
    if (entry.kind === 'removal' && entry.last === this.#unexplained?.seq) {
      this.#explained = entry.lastHash === this.#unexplained.hash;
      this.#expired = entry.last;
    }
    if (entry.kind === 'torn-tail') this.#torn += 1;
    this.#records += 1;
    this.#end = record;
    this.#previous = place;
  }

  #fail(kind: FaultKind, { file, line }: Pick<PlacedLine, 'file' | 'line'>, message: string): void {
    this.fault = { kind, file, line, message };
  }
}
