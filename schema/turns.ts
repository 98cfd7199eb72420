/** Milliseconds that long work may keep everything else of the process waiting. */
const TURN = 10;

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
}

/** Lets whatever else the process has to do be done. */
export function nextTurn(): Promise<void> {
  return new Promise(setImmediate);
}
