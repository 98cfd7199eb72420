import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Place, PolicySource } from './policySource.js';
import type { Problems } from './problems.js';

/** Keys and indices from the root of a file to something in it. */
export type Path = readonly (string | number)[];

/** A YAML file that knows where everything stands. */
export class SourceDocument {
  private constructor(
    readonly file: string,
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
    readonly value: unknown,
  ) {}

  /** undefined where the text is no YAML; why is told to `problems`. */
  static parse({ file, text }: PolicySource, problems: Problems): SourceDocument | undefined {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error) {
      // Only the first: whatever follows is read wrongly because of it.
      const place = { file, ...at(lines, error.pos[0]) };
      problems.error(place, `This is not YAML: ${error.message}.`, hint(text, place.line));
      return undefined;
    }
    try {
      return new SourceDocument(file, document, lines, document.toJS());
    } catch {
      problems.error({ file, line: 1, column: 1 }, 'This is not YAML: an alias (*name) leads nowhere.');
      return undefined;
    }
  }

  /** Where a value stands; its parent where there is no such value. */
  place(path: Path): Place {
    for (let length = path.length; length > 0; length--) {
      const node = this.document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return { file: this.file, ...at(this.lines, node.range[0]) };
    }
    return { file: this.file, line: 1, column: 1 };
  }

  /** Where the key of a value stands; for an item of a list, the item. */
  keyPlace(path: Path): Place {
    const parent: unknown =
      path.length > 1 ? this.document.getIn(path.slice(0, -1), true) : this.document.contents;
    const key = path.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (isScalar(pair?.key) && pair.key.range)
        return { file: this.file, ...at(this.lines, pair.key.range[0]) };
    }
    return this.place(path);
  }
}

function at(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Braces of a pattern are YAML's own braces inside a list in brackets: the usual slip. */
function hint(text: string, line: number): string | undefined {
  const pattern = /[[,]\s*([A-Z]\w*\.(?:\{[^}]*\}|\*))/.exec(text.split('\n')[line - 1] ?? '')?.[1];
  return pattern === undefined ? undefined : `Put the pattern in quotes: "${pattern}".`;
}
