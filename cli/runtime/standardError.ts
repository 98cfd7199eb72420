import { closeSync, constants, fstatSync, openSync, write, writeSync } from 'node:fs';

const STANDARD_ERROR = 2;
/** More text than this does not wait for a slow reader. */
const MAX_WAITING = 2 ** 20;
/** How long to wait before a full pipe is tried again. */
const RETRY_MS = 20;
/** How long a closing process waits for a slow reader. */
const CLOSE_MS = 1_000;

/**
 * Writes lines to standard error, without waiting and without failing. If nobody reads them, the pipe is
 * closed or the disk is full, lines are dropped and counted. `console.error` would block or end the process.
 */
export class StandardError {
  readonly #fd: number;
  readonly #atExit = (): void => this.#writeRest();
  #waiting: string[] = [];
  #length = 0;
  #lost = 0;
  /** The line that reports lost lines is never dropped itself: their number would be lost with it. */
  #isReporting = false;
  #writing: Promise<void> | undefined;

  /** @param onLost is called with the number of lines that were dropped, once lines can be written again */
  constructor(private readonly onLost: (lines: number) => void) {
    this.#fd = openWithoutBlocking();
    process.on('exit', this.#atExit);
  }

  /** @param line ends with a newline */
  write(line: string): void {
    if (this.#length + line.length > MAX_WAITING && !this.#isReporting) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#length += line.length;
    this.#writing ??= this.#writeWaiting().finally(() => (this.#writing = undefined));
  }

  /** Resolves when every line is written, or after a second if nobody reads them. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
    await Promise.race([this.#writing, late]);
    clearTimeout(timer);
    this.#writeRest();
    process.off('exit', this.#atExit);
    if (this.#fd !== STANDARD_ERROR && !this.#writing) closeSync(this.#fd);
  }

  async #writeWaiting(): Promise<void> {
    // Lines of the same turn are written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const lines = this.#take();
      const written = await this.#writeAll(Buffer.from(lines.join('')));
      if (!written) this.#lost += lines.length;
      else if (this.#lost > 0) {
        const lost = this.#lost;
        this.#lost = 0;
        this.#isReporting = true;
        this.onLost(lost);
        this.#isReporting = false;
      }
    }
  }

  #take(): string[] {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    return lines;
  }

  /** @returns whether all bytes were written */
  async #writeAll(bytes: Buffer): Promise<boolean> {
    for (let from = 0; from < bytes.length;) {
      const result = await writeSome(this.#fd, bytes.subarray(from));
      if (typeof result === 'number') from += result;
      else if (result === 'EAGAIN') await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      else return false;
    }
    return true;
  }

  /** The last lines of a process that ends: they are written now, as far as they fit. */
  #writeRest(): void {
    try {
      const rest = this.#take().join('');
      if (rest !== '') writeSync(this.#fd, rest);
    } catch {
      // Nobody can be told.
    }
  }
}

/**
 * A pipe is opened again, so that writing to it does not block while it is full. Files never block. Other
 * kinds, such as the socket of systemd, cannot be opened again.
 */
function openWithoutBlocking(): number {
  try {
    if (!fstatSync(STANDARD_ERROR).isFIFO()) return STANDARD_ERROR;
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
  } catch {
    return STANDARD_ERROR;
  }
}

/** @returns the number of bytes that were written, or the code of the error */
function writeSome(fd: number, bytes: Buffer): Promise<number | string> {
  return new Promise((resolve) => {
    write(fd, bytes, (error, written) => resolve(error ? (error.code ?? 'unknown') : written));
  });
}
