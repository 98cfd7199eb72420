import type { KeyObject } from 'node:crypto';
import { appendFile, open } from 'node:fs/promises';
import { type ChainedLine, isOldCheckpoint, isSigned, readLine } from './chain.js';
import { linesBackwards } from './chainEnd.js';
import type { Checkpoint } from './logEntry.js';

/** Readable by its owner only. */
const MODE = 0o600;

/**
 * Copies the checkpoints of all chains to a file elsewhere, which shows when the end of a log was cut off.
 */
export class WitnessWriter {
  #begun = false;
  #written: Promise<void> = Promise.resolve();

  /** @param report receives the fault when the witness cannot be written; requests are still answered */
  constructor(
    private readonly path: string,
    private readonly report: (fault: unknown) => void,
  ) {}

  /** @param line a checkpoint, with its newline */
  write(line: string): void {
    // An earlier process may have left a torn line, so the first text begins with a newline.
    const text = this.#begun ? line : `\n${line}`;
    this.#begun = true;
    this.#written = this.#written
      .then(() => appendFile(this.path, text, { mode: MODE, flush: true }))
      .catch((fault: unknown) => this.report(fault));
  }

  /** Resolves when every checkpoint is written. */
  async idle(): Promise<void> {
    await this.#written;
  }

  /** The last checkpoint of a chain that the witness holds; undefined if there is none, or no witness yet. */
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
  /** Lines that are checkpoints of another log, because this key did not sign them. */
  readonly foreign: number;
  /** Lines that are not checkpoints. A process that dies leaves one half-written. */
  readonly unreadable: number;
}

export interface WitnessedCheckpoint {
  readonly hash: string;
  readonly time: string;
}

/** @param keys the keys that have signed the log */
export function readWitness(text: string, keys: readonly KeyObject[]): Testimony {
  const checkpoints = new Map<string, Map<number, WitnessedCheckpoint>>();
  let [foreign, unreadable] = [0, 0];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const record = readLine(line);
    const chain = record && keys.map((key) => witnessedChain(record, key)).find((one) => one !== undefined);
    if (record && chain !== undefined) {
      const { time } = record.entry as Checkpoint;
      if (!checkpoints.has(chain)) checkpoints.set(chain, new Map());
      checkpoints.get(chain)!.set(record.seq, { hash: record.hash, time });
    } else if (record) foreign += 1;
    else unreadable += 1;
  }
  return { checkpoints, foreign, unreadable };
}

/** The chain of a checkpoint in a witness; undefined if the key did not sign the line as a checkpoint. */
function witnessedChain(record: ChainedLine, key: KeyObject): string | undefined {
  const { entry } = record;
  if (entry.kind !== 'checkpoint') return undefined;
  if (isSigned(record, key)) return entry.chain;
  return isOldCheckpoint(record, key) ? 'gateway' : undefined;
}
