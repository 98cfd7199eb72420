/** Milliseconds that long work may keep everything else of the process waiting. */
const TURN = 10;

/** Items that are worked through between two looks at the clock: of the simplest ones in well under a millisecond. */
const ITEMS_AT_ONCE = 8_192;

/** Long work in turns: between them whatever else the process has to do is done. */
export class Turns {
  #began = performance.now();

  /** Whether it is the others' turn. */
  get over(): boolean {
    return performance.now() - this.#began > TURN;
  }

  /** Lets the others have theirs. */
  async next(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }

  /**
   * Works through many items, some at a time.
   * @param work does items `from` (inclusive) to `to` (exclusive)
   */
  async through(
    length: number,
    work: (from: number, to: number) => void,
    atOnce = ITEMS_AT_ONCE,
  ): Promise<void> {
    for (let from = 0; from < length; from += atOnce) {
      if (this.over) await this.next();
      work(from, Math.min(from + atOnce, length));
    }
  }
}

const waiting: (() => void)[] = [];

/**
 * Lets whatever else the process has to do be done. Of all long work one piece goes on in each round of the event loop:
 * who answers a request needs several rounds, and would wait for every piece in each of them.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(resumeOne);
  });
}

function resumeOne(): void {
  waiting.shift()!();
  if (waiting.length > 0) setImmediate(resumeOne);
}
