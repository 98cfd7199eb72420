/**
 * The shortest time between two progress reports: on a terminal, where one line is updated, and elsewhere.
 */
const TERMINAL_MS = 100;
const ELSEWHERE_MS = 15_000;

/**
 * Reports the progress of long work on standard error: one updated line on a terminal, some lines elsewhere.
 */
export class Progress {
  readonly #started = Date.now();
  readonly #terminal = process.stderr.isTTY;
  #last = Date.now();

  /** Reports progress, but not more often than people can read. */
  update(text: string): void {
    const now = Date.now();
    if (now - this.#last < (this.#terminal ? TERMINAL_MS : ELSEWHERE_MS)) return;
    this.#last = now;
    process.stderr.write(this.#terminal ? `\r\x1b[K${text}` : `${text}\n`);
  }

  /** Reports that a part is done. */
  done(text: string): void {
    process.stderr.write(`${this.#terminal ? '\r\x1b[K' : ''}${text}\n`);
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return (Date.now() - this.#started) / 1000;
  }

  /** Seconds since the start, as text. */
  get seconds(): string {
    return this.elapsed.toFixed(1);
  }
}

/** A time to wait: 45 s, 3 min 20 s. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A count with groups of digits: 1 234 567. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}

/** Bytes as whole megabytes. */
export function megabytes(bytes: number): string {
  return formatCount(Math.ceil(bytes / 1e6));
}
