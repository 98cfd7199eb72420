import { PolkuError } from './errors.js';

export interface FairQueueLimits {
  /** The largest number of tasks that run concurrently, over all callers. */
  readonly atOnce: number;
  /** The largest number of tasks of one caller that run concurrently. */
  readonly perCaller: number;
  /** The largest number of waiting tasks of one caller. The next one is rejected. */
  readonly waiting: number;
  /**
   * A task that runs longer than this many milliseconds keeps its slot for the same time again. A caller then
   * uses at most half of the time. Without a value, slots are freed at once.
   */
  readonly restAfter?: number;
}

/** The client that waits for a task. It may disconnect before the task begins. */
export interface TaskClient {
  /** @throws the reason why the client no longer waits */
  throwIfAborted(): void;
}

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/** Serves callers in turn: a caller with a thousand tasks delays another caller by one task only. */
export class FairQueue {
  /** Callers with running or waiting tasks. The caller whose task ended most recently is last. */
  readonly #lines = new Map<string, Line>();
  #running = 0;

  constructor(private readonly limits: FairQueueLimits) {}

  /** How many tasks wait, over all callers. */
  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#lines.values()) count += waiting.length;
    return count;
  }

  /**
   * Runs a task when its turn comes.
   * @throws PolkuError RATE_LIMITED if too many tasks of the caller wait; the client's reason if it has
   * disconnected
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
