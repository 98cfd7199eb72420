/** Captures what is printed while something runs. */
export class Capture {
  readonly #printed: (string | Uint8Array)[] = [];
  readonly #restore: (() => void)[] = [];

  constructor() {
    for (const stream of [process.stdout, process.stderr]) {
      const write = stream.write;
      stream.write = (chunk: string | Uint8Array): boolean => {
        this.#printed.push(chunk);
        return true;
      };
      this.#restore.push(() => (stream.write = write));
    }
  }

  end(): readonly (string | Uint8Array)[] {
    for (const restore of this.#restore) restore();
    return this.#printed;
  }
}
