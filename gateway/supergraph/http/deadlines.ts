/** What has to end in time. */
export interface Timed {
  /** When it began, by performance.now(). */
  readonly since: number;
  timedOut(): void;
}

/** Ends what takes too long. One timer serves all that is under way, since each begins after the one before. */
export class Deadlines {
  readonly #underWay = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  add(timed: Timed): void {
    this.#underWay.add(timed);
    this.#timer ??= this.#wait(this.timeoutMs);
  }

  /** It has ended by itself. */
  delete(timed: Timed): void {
    this.#underWay.delete(timed);
  }

  /** Sockets keep a process alive for what is under way; a timer that outlives it must not. */
  #wait(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#check(), milliseconds).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const timed of this.#underWay) {
      const left = timed.since + this.timeoutMs - now;
      if (left > 0) {
        this.#timer ??= this.#wait(left);
        return;
      }
      this.#underWay.delete(timed);
      timed.timedOut();
    }
  }
}
