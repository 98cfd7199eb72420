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
