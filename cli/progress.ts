/** Between two lines that say how far it has come: on a terminal, where one line changes, and elsewhere. */
const TERMINAL_MS = 100;
const ELSEWHERE_MS = 15_000;

/** Tells of long work on standard error: one line that changes on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #started = Date.now();
  readonly #terminal = process.stderr.isTTY;
  #last = Date.now();

  /** Says how far it has come, not more often than can be read. */
  update(text: string): void {
    const now = Date.now();
    if (now - this.#last < (this.#terminal ? TERMINAL_MS : ELSEWHERE_MS)) return;
    this.#last = now;
    process.stderr.write(this.#terminal ? `\r\x1b[K${text}` : `${text}\n`);
  }

  /** Says that a part is done. */
  done(text: string): void {
    process.stderr.write(`${this.#terminal ? '\r\x1b[K' : ''}${text}\n`);
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return (Date.now() - this.#started) / 1000;
  }

  /** Seconds since the start, for people. */
  get seconds(): string {
    return this.elapsed.toFixed(1);
  }
}

/** A time to wait: 45 s, 3 min 20 s. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A count with thin grouping: 1 234 567. */
export function count(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}
