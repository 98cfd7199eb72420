import { stat } from 'node:fs/promises';
import { readEnd } from './chainEnd.js';
import type { SeenChain } from './logEntry.js';
import { listChains, segmentsOf } from './segments.js';

/** What a chain knows of the others: its checkpoints name the last checkpoint of each that it has ever seen. */
export class OtherChains {
  readonly #seen: Map<string, SeenChain>;
  /** The file and size that each was read at last. */
  readonly #read = new Map<string, string>();

  /**
   * @param seen by the last checkpoint of this chain
   * @param report told when another chain cannot be read; this one goes on
   */
  constructor(
    private readonly dataFolder: string,
    private readonly own: string,
    seen: readonly SeenChain[],
    private readonly report: (fault: unknown) => void,
  ) {
    this.#seen = new Map(seen.map((chain) => [chain.chain, chain]));
  }

  /** Reads the ends of chains that have grown. What was seen once is never forgotten. */
  async look(): Promise<readonly SeenChain[]> {
    for (const chain of await listChains(this.dataFolder)) {
      if (chain !== this.own) await this.#lookAt(chain).catch(this.report);
    }
    return [...this.#seen.values()];
  }

  async #lookAt(chain: string): Promise<void> {
    const segments = await segmentsOf(this.dataFolder, chain);
    const last = segments.at(-1);
    if (!last) return;
    const state = `${last.name} ${(await stat(last.path)).size}`;
    if (this.#read.get(chain) === state) return;
    this.#read.set(chain, state);
    const { checkpoint } = await readEnd(segments);
    if (checkpoint && checkpoint.seq > (this.#seen.get(chain)?.seq ?? 0))
      this.#seen.set(chain, { chain, seq: checkpoint.seq, hash: checkpoint.hash });
  }
}

/** A smaller difference is what clocks are adjusted by. */
const JUMP_MS = 5 * 60_000;

/** Holds the wall clock against the time that has passed. */
export class ClockWatch {
  #offset = offset();

  /** By how many milliseconds the clock jumped since it was looked at last; undefined where it did not. */
  jump(): number | undefined {
    const before = this.#offset;
    this.#offset = offset();
    const moved = this.#offset - before;
    return Math.abs(moved) >= JUMP_MS ? moved : undefined;
  }
}

function offset(): number {
  return Date.now() - performance.now();
}
