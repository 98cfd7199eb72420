import type { KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { linesOf } from '../../lib/appendLog.js';
import { PolkuError } from '../../lib/errors.js';
import type { AuditRecord } from './auditRecord.js';
import { readLine } from './chain.js';
import { read } from './chainEnd.js';
import { ChainKeys } from './keyChange.js';
import { mergeByTime, type PlacedLine } from './readRecords.js';
import { listChains, type Segment, segmentsOf } from './segments.js';
import { ChainWalk, type LogFault } from './verifyAuditLog.js';

/** The number of the last exported record of each chain. */
export type ExportPosition = ReadonlyMap<string, number>;

/** A decision, whole: with all its people, which the log may have in entries before it. */
export interface ExportedRecord extends AuditRecord {
  /** Where to continue after this record: `gateway:17,training:3`. */
  readonly position: string;
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

export interface ExportOptions {
  /** The public half of the key that signs checkpoints. */
  readonly key: KeyObject;
  /** Continues after this position. */
  readonly after?: ExportPosition | undefined;
  /** Not before this time; ISO 8601. */
  readonly since?: string | undefined;
  /** Waits for new records until it is aborted; without it, the export ends with the log. */
  readonly follow?: AbortSignal | undefined;
}

const POLL_MS = 500;

/**
 * The decisions of all chains, each once: those of the past by time, then each as it is written. Each chain
 * is verified as it is read: hashes, numbers, and signatures of the entries that need one.
 * @throws BrokenChain before a record that comes after a break
 */
export async function* exportRecords(
  dataFolder: string,
  { key, after = new Map(), since = '', follow }: ExportOptions,
): AsyncGenerator<ExportedRecord> {
  const position = new Map(after);
  const tails = new Map<string, ChainTail>();
  do {
    for (const chain of await listChains(dataFolder))
      if (!tails.has(chain)) {
        const keys = await ChainKeys.of(dataFolder, chain, key);
        tails.set(chain, new ChainTail(dataFolder, chain, keys, after.get(chain) ?? 0));
      }
    const lists = [...tails.values()].map((tail) => tail.newRecords());
    for await (const merged of mergeByTime(lists, 'oldest first')) {
      const record = merged as ChainedDecision;
      position.set(record.chain, record.seq);
      if (record.time >= since) yield { ...record, position: writePosition(position) };
    }
  } while (follow && (await isStillFollowed(follow)));
}

/** The chain does not verify. */
export class BrokenChain extends Error {
  constructor(readonly fault: LogFault) {
    super(fault.message);
  }
}

/** @returns undefined if the text is no position */
export function readPosition(text: string): ExportPosition | undefined {
  if (!/^[a-z][a-z0-9-]*:\d{1,15}(,[a-z][a-z0-9-]*:\d{1,15})*$/.test(text)) return undefined;
  return new Map(text.split(',').map((part) => [part.split(':')[0]!, Number(part.split(':')[1])]));
}

function writePosition(position: ExportPosition): string {
  return [...position].map(([chain, seq]) => `${chain}:${seq}`).join(',');
}

async function isStillFollowed(signal: AbortSignal): Promise<boolean> {
  await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}

type ChainedDecision = Omit<ExportedRecord, 'position'>;

/** Reads a chain from a record on, over its files, and continues where it ended. */
class ChainTail {
  readonly #walk: ChainWalk;
  #segment: Segment | undefined;
  /** Bytes of the file that were read, and its next line. */
  #offset = 0;
  #line = 1;
  /** People of the decision that follows. */
  #people: string[] = [];
  #last = 0;

  /** @param after the last record that was exported before */
  constructor(
    private readonly dataFolder: string,
    private readonly chain: string,
    keys: ChainKeys,
    private readonly after: number,
  ) {
    this.#walk = new ChainWalk(chain, keys, new Map());
  }

  async *newRecords(): AsyncGenerator<ChainedDecision> {
    for await (const place of this.#newLines()) {
      this.#walk.step(place);
      if (this.#walk.fault) throw new BrokenChain(this.#walk.fault);
      const { seq, hash, entry } = place.record!;
      this.#last = seq;
      if (entry.kind === 'people') this.#people.push(...entry.people);
      if (entry.kind !== 'decision') continue;
      const people = entry.peopleBefore === undefined ? entry.people : this.#people;
      this.#people = [];
      if (seq > this.after) yield { ...decisionOf(entry), people, chain: this.chain, seq, hash };
    }
    if (this.#last < this.after) this.#fail('cut', `it ends with record ${this.#last}, before ${this.after}`);
  }

  async *#newLines(): AsyncGenerator<PlacedLine> {
    for (;;) {
      // A file that another follows is complete.
      const segments = await segmentsOf(this.dataFolder, this.chain);
      this.#segment ??= segments.findLast(({ first }) => first <= this.after) ?? segments[0];
      const segment = this.#segment;
      if (!segment) return;
      if (this.after > 0 && this.#last === 0 && segment.first > this.after + 1)
        throw new PolkuError(
          'SOURCE_UNREADABLE',
          `The records after ${this.chain}:${this.after} were removed, because their retention is over. Begin with a time.`,
        );
      yield* this.#linesOf(segment);
      const next = segments.find(({ first }) => first > segment.first);
      if (!next) return;
      [this.#segment, this.#offset, this.#line] = [next, 0, 1];
    }
  }

  async *#linesOf({ path, name, first }: Segment): AsyncGenerator<PlacedLine> {
    const content = await this.#newContent(path);
    for (const text of linesOf(content)) {
      this.#offset += Buffer.byteLength(text) + 1;
      const line = this.#line++;
      yield { file: name, first, line, text, record: readLine(text) };
    }
  }

  /** The whole lines that were added to a file. */
  async #newContent(path: string): Promise<Buffer> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size < this.#offset) this.#fail('cut', `it has become shorter after record ${this.#last} was read`);
      const bytes = await read(file, this.#offset, size);
      return bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    } finally {
      await file.close();
    }
  }

  #fail(kind: 'cut', what: string): never {
    const message = `the chain "${this.chain}": ${what}`;
    throw new BrokenChain({ kind, file: undefined, line: undefined, message });
  }
}

/** A decision without its place in the chain, which the exported record has by itself. */
function decisionOf(entry: AuditRecord): AuditRecord {
  const chained = new Set(['kind', 'seq', 'previous', 'hash', 'peopleBefore']);
  return Object.fromEntries(
    Object.entries(entry).filter(([name]) => !chained.has(name)),
  ) as unknown as AuditRecord;
}
