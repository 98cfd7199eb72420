const FAILURES = 5;
const PAUSE_MS = 1_000;

/**
 * Spares a subgraph that does not answer, and those who would wait for it: after some failures on end nobody asks for a
 * while, then one request tries whether it answers again.
 */
export class CircuitBreaker {
  #failures = 0;
  #closedUntil = 0;
  #trying = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether to ask now. Whoever is let in tells how it ended, by one of the others. */
  letIn(): boolean {
    if (this.#failures < FAILURES) return true;
    if (this.#trying || this.now() < this.#closedUntil) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  failed(): void {
    this.#failures += 1;
    this.#trying = false;
    this.#closedUntil = this.now() + PAUSE_MS;
  }

  /** It ended before anything could be said of the subgraph. */
  leftOpen(): void {
    this.#trying = false;
  }
}
