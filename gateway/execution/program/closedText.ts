import { randomBytes } from 'node:crypto';

/**
 * A value of the response as JSON text that came from a subgraph and was found to be what the response wants, to the
 * letter: it is neither parsed nor written again. Whoever makes JSON of it otherwise gets the same value.
 */
export class ClosedText {
  static #written: string[] | undefined;

  constructor(readonly text: string) {}

  toJSON(): unknown {
    if (!ClosedText.#written) return JSON.parse(this.text) as unknown;
    return MARK + (ClosedText.#written.push(this.text) - 1);
  }

  /** Writes a value as JSON.stringify does, with every closed text in it as it stands. */
  static stringify(value: unknown): string {
    const written: string[] = [];
    let json: string;
    ClosedText.#written = written;
    try {
      json = JSON.stringify(value);
    } finally {
      ClosedText.#written = undefined;
    }
    return written.length === 0 ? json : json.replace(marked, (_, index: string) => written[Number(index)]!);
  }
}

/**
 * Stands for a closed text while the JSON around it is read or written. Nobody outside the process knows it, so that no
 * subgraph and no client can write one.
 */
const MARK = `closed-${randomBytes(16).toString('hex')}-`;
const marked = new RegExp(`"${MARK}(\\d+)"`, 'g');

/** Takes closed texts out of JSON before it is parsed, by marks in their places. */
export class ClosedTexts {
  readonly #texts: string[] = [];

  /** @param pattern matches members `"key":value` of objects */
  take(json: string, pattern: RegExp): string {
    return json.replace(pattern, (member: string) => {
      const value = member.indexOf(':') + 1;
      const index = this.#texts.push(member.slice(value)) - 1;
      return `${member.slice(0, value)}"${MARK}${index}"`;
    });
  }

  get count(): number {
    return this.#texts.length;
  }

  /** The closed text for which a value stands, else the value. */
  of(value: unknown): unknown {
    if (typeof value !== 'string' || !value.startsWith(MARK)) return value;
    return new ClosedText(this.#texts[Number(value.slice(MARK.length))]!);
  }
}
