import { PolkuError } from './errors.js';

export interface FairQueueLimits {
  /** Tasks of all callers that run at once. */
  readonly atOnce: number;
  /** Tasks of one caller that run at once. */
  readonly perCaller: number;
  /** Tasks of one caller that wait; one more is refused. */
  readonly waiting: number;
  /**
   * A task that takes longer, in milliseconds, keeps its place for as long again, so that a caller has at most half of the
   * time; never where it is left out.
   */
  readonly restAfter?: number;
}

/** Whoever waits for a task, and may have gone by the time it begins. */
export interface TaskClient {
  /** @throws the reason why nobody waits any more */
  throwIfAborted(): void;
}

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/** Lets callers take turns: one who asks for a thousand things delays another by one of them. */
export class FairQueue {
  /** Callers with tasks that run or wait. The one whose task ended last stands last. */
  readonly #lines = new Map<string, Line>();
  #running = 0;

  constructor(private readonly limits: FairQueueLimits) {}

  /**
   * Runs a task when its turn comes.
   * @throws PolkuError RATE_LIMITED where too many tasks of the caller wait; the client's reason where it has gone
   */
  async run<T>(caller: string, task: () => T | Promise<T>, client?: TaskClient): Promise<T> {
    const line = this.#lineOf(caller);
    if (this.#mayBegin(line) && line.waiting.length === 0) this.#begin(line);
    else await this.#wait(line);
    const began = performance.now();
    try {
      client?.throwIfAborted();
      return await task();
    } finally {
      const took = performance.now() - began;
      if (took > (this.limits.restAfter ?? Infinity))
        setTimeout(() => this.#leave(caller, line), took).unref();
      else this.#leave(caller, line);
    }
  }

  #leave(caller: string, line: Line): void {
    this.#end(caller, line);
    this.#beginNext();
  }

  #lineOf(caller: string): Line {
    let line = this.#lines.get(caller);
    if (!line) this.#lines.set(caller, (line = { running: 0, waiting: [] }));
    return line;
  }

  #mayBegin({ running }: Line): boolean {
    return this.#running < this.limits.atOnce && running < this.limits.perCaller;
  }

  #begin(line: Line): void {
    line.running += 1;
    this.#running += 1;
  }

  #end(caller: string, line: Line): void {
    line.running -= 1;
    this.#running -= 1;
    this.#lines.delete(caller);
    if (line.running > 0 || line.waiting.length > 0) this.#lines.set(caller, line);
  }

  #wait(line: Line): Promise<void> {
    const { waiting, perCaller } = this.limits;
    if (line.waiting.length >= waiting)
      throw new PolkuError(
        'RATE_LIMITED',
        `Too much is asked at once: ${perCaller} may run and ${waiting} may wait. Ask again when some are answered.`,
        { running: perCaller, waiting },
      );
    return new Promise((resolve) => line.waiting.push(resolve));
  }

  #beginNext(): void {
    if (this.#running >= this.limits.atOnce) return;
    for (const line of this.#lines.values()) {
      if (line.waiting.length === 0 || !this.#mayBegin(line)) continue;
      this.#begin(line);
      line.waiting.shift()!();
      return;
    }
  }
}
