import { stat } from 'node:fs/promises';
import { readEnd } from './chainEnd.js';
import type { ClockJump, SeenChain } from './logEntry.js';
import { listChains, segmentsOf } from './segments.js';

/**
 * What a chain knows about the others: its checkpoints name the last checkpoint of each that it has ever
 * seen.
 */
export class OtherChains {
  readonly #seen: Map<string, SeenChain>;
  /** The last file of each chain and its size when it was last read. */
  readonly #read = new Map<string, string>();

  /**
   * @param seen by the last checkpoint of this chain
   * @param report receives the fault when another chain cannot be read; this chain continues
   */
  constructor(
    private readonly dataFolder: string,
    private readonly own: string,
    seen: readonly SeenChain[],
    private readonly report: (fault: unknown) => void,
  ) {
    this.#seen = new Map(seen.map((chain) => [chain.chain, chain]));
  }

  /** Reads the ends of chains that have grown. It never forgets what it has seen. */
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

/** Clock adjustments cause smaller differences. */
const JUMP_MS = 5 * 60_000;

/** Compares the wall clock with a monotonic clock. */
export class ClockWatch {
  #offset = offset();

  /** The jump of the clock since the last call; undefined if there was none. */
  jump(): ClockJump | undefined {
    const before = this.#offset;
    this.#offset = offset();
    const moved = this.#offset - before;
    if (Math.abs(moved) < JUMP_MS) return undefined;
    return { kind: 'clock-jump', time: new Date().toISOString(), seconds: Math.round(moved / 1000) };
  }
}

function offset(): number {
  return Date.now() - performance.now();
}
