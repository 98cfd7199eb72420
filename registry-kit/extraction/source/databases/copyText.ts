/**
 * Splits the text format of PostgreSQL's COPY as it arrives: a line for each row, tabs between values,
 * backslashes before special characters. Nulls were written as empty values.
 */
export class CopyText {
  /** The beginning of a row whose end has not arrived. */
  private rest = '';

  constructor(private readonly width: number) {}

  /** The columns of the rows that are complete with this text. */
  take(text: string): string[][] {
    const all = this.rest + text;
    const columns: string[][] = Array.from({ length: this.width }, () => []);
    const end = all.lastIndexOf('\n') + 1;
    let at = 0;
    while (at < end) {
      for (let index = 0; index < this.width; index++) {
        const to = all.indexOf(index + 1 < this.width ? '\t' : '\n', at);
        columns[index]!.push(all.slice(at, to));
        at = to + 1;
      }
    }
    this.rest = all.slice(end);
    return all.includes('\\') ? columns.map((values) => values.map(unescape)) : columns;
  }

  /** Whether the text ended with a whole row. */
  get isWhole(): boolean {
    return this.rest === '';
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unescape(value: string): string {
  return value.includes('\\')
    ? value.replaceAll(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character)
    : value;
}
