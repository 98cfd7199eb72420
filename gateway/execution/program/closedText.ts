import { randomUUID } from 'node:crypto';
import { Turns } from '../../../schema/turns.js';

/** JSON that is being written: the closed texts in it, and what stands for them meanwhile. */
interface Writing {
  mark?: string;
  readonly texts: string[];
}

/**
 * A value of the response as JSON text that came from a subgraph and was found to be what the response wants, to the
 * letter: it is neither parsed nor written again. Whoever makes JSON of it otherwise gets the same value.
 */
export class ClosedText {
  static #writing: Writing | undefined;

  constructor(readonly text: string) {}

  toJSON(): unknown {
    const writing = ClosedText.#writing;
    if (!writing) return JSON.parse(this.text) as unknown;
    writing.texts.push(this.text);
    return (writing.mark ??= randomUUID());
  }

  /** Writes a value as JSON.stringify does, with every closed text in it as it stands. */
  static stringify(value: unknown): string {
    const writing: Writing = { texts: [] };
    let json: string;
    ClosedText.#writing = writing;
    try {
      json = JSON.stringify(value);
    } finally {
      ClosedText.#writing = undefined;
    }
    if (writing.texts.length === 0) return json;
    // Joined rather than added up, which would leave a tree of a thousand branches to walk when it is sent.
    const parts = json.split(`"${writing.mark}"`);
    return parts.flatMap((part, index) => [part, writing.texts[index] ?? '']).join('');
  }

  /** Writes an object so, its members in turns with the rest of the process. */
  static async stringifyInTurns(object: Readonly<Record<string, unknown>>): Promise<string> {
    const turns = new Turns();
    const members: string[] = [];
    for (const [name, value] of Object.entries(object)) {
      if (turns.over) await turns.next();
      members.push(`${JSON.stringify(name)}:${ClosedText.stringify(value)}`);
    }
    return `{${members.join(',')}}`;
  }
}

/**
 * Closed texts that are taken out of JSON before it is parsed, by marks in their places. A mark is made for one text alone
 * and unknown to whoever wrote it, so that no subgraph and no client can write one.
 */
export class ClosedTexts {
  readonly #mark = randomUUID();
  readonly #texts: string[] = [];

  /** @param pattern matches members `"key":value` of objects */
  take(json: string, pattern: RegExp): string {
    return json.replace(pattern, (member: string) => {
      const value = member.indexOf(':') + 1;
      const index = this.#texts.push(member.slice(value)) - 1;
      return `${member.slice(0, value)}"${this.#mark}${index}"`;
    });
  }

  get count(): number {
    return this.#texts.length;
  }

  /** The closed text for which a value stands, else the value. */
  of(value: unknown): unknown {
    if (typeof value !== 'string' || !value.startsWith(this.#mark)) return value;
    return new ClosedText(this.#texts[Number(value.slice(this.#mark.length))]!);
  }
}
