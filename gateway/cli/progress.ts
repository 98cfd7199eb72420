/** Tells of long work on standard error: one line that changes on a terminal, a line at a time elsewhere. */
export class Progress {
  readonly #started = Date.now();
  readonly #terminal = process.stderr.isTTY;
  #last = 0;

  /** Says how far it has come; on a terminal at most ten times a second. */
  update(text: string): void {
    const now = Date.now();
    if (!this.#terminal || now - this.#last < 100) return;
    this.#last = now;
    process.stderr.write(`\r\x1b[K${text}`);
  }

  /** Says that a part is done. */
  done(text: string): void {
    process.stderr.write(`${this.#terminal ? '\r\x1b[K' : ''}${text}\n`);
  }

  /** Seconds since the start, for people. */
  get seconds(): string {
    return ((Date.now() - this.#started) / 1000).toFixed(1);
  }
}

/** A count with thin grouping: 1 234 567. */
export function count(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}
