import type { KeyObject } from 'node:crypto';
import { appendFile, open } from 'node:fs/promises';
import { type ChainedLine, isOldCheckpoint, isSigned, readLine } from './chain.js';
import { linesBackwards } from './chainEnd.js';
import type { Checkpoint } from './logEntry.js';

/** Readable by its owner only. */
const MODE = 0o600;

/** A file elsewhere that the checkpoints of all chains are copied to, so that a log that is cut behind one is found out. */
export class WitnessWriter {
  #begun = false;
  #written: Promise<void> = Promise.resolve();

  /** @param report told when the witness cannot be written; answers go on */
  constructor(
    private readonly path: string,
    private readonly report: (fault: unknown) => void,
  ) {}

  /** @param line a checkpoint, with its newline */
  write(line: string): void {
    // The first one ends a line that an earlier process may have left torn.
    const text = this.#begun ? line : `\n${line}`;
    this.#begun = true;
    this.#written = this.#written
      .then(() => appendFile(this.path, text, { mode: MODE, flush: true }))
      .catch((fault: unknown) => this.report(fault));
  }

  /** Resolves when all that was given is written. */
  async idle(): Promise<void> {
    await this.#written;
  }

  /** The last checkpoint of a chain that the witness holds; undefined where there is none, or no witness yet. */
  async lastOf(chain: string, key: KeyObject): Promise<ChainedLine | undefined> {
    const file = await open(this.path, 'r').catch((fault: NodeJS.ErrnoException) => {
      if (fault.code !== 'ENOENT') this.report(fault);
      return undefined;
    });
    if (!file) return undefined;
    try {
      for await (const text of linesBackwards(file, (await file.stat()).size)) {
        const record = readLine(text);
        if (record && witnessedChain(record, key) === chain) return record;
      }
      return undefined;
    } finally {
      await file.close();
    }
  }
}

/** What the lines of a witness prove. */
export interface Testimony {
  /** Checkpoints by chain, then by number. */
  readonly checkpoints: ReadonlyMap<string, ReadonlyMap<number, WitnessedCheckpoint>>;
  /** Lines that are checkpoints of another log: this key did not sign them. */
  readonly foreign: number;
  /** Lines that are no checkpoints: a process that dies leaves one half-written. */
  readonly unreadable: number;
}

export interface WitnessedCheckpoint {
  readonly hash: string;
  readonly time: string;
}

export function readWitness(text: string, key: KeyObject): Testimony {
  const checkpoints = new Map<string, Map<number, WitnessedCheckpoint>>();
  let [foreign, unreadable] = [0, 0];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const record = readLine(line);
    const chain = record && witnessedChain(record, key);
    if (record && chain !== undefined) {
      const { time } = record.entry as Checkpoint;
      if (!checkpoints.has(chain)) checkpoints.set(chain, new Map());
      checkpoints.get(chain)!.set(record.seq, { hash: record.hash, time });
    } else if (record) foreign += 1;
    else unreadable += 1;
  }
  return { checkpoints, foreign, unreadable };
}

/** The chain that a line of a witness is a checkpoint of; undefined where the key did not sign it as one. */
function witnessedChain(record: ChainedLine, key: KeyObject): string | undefined {
  const { entry } = record;
  if (entry.kind !== 'checkpoint') return undefined;
  if (isSigned(record, key)) return entry.chain;
  return isOldCheckpoint(record, key) ? 'gateway' : undefined;
}
