import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Place, PolicySource, Problems } from './problems.js';

/** Keys and indices from the root of a file to a value in it. */
export type Path = readonly (string | number)[];

/** The largest file in bytes. Real policies are much smaller. */
export const MAX_FILE_BYTES = 512 * 1024;
/**
 * The most values in a file with its aliases expanded: a few aliases of aliases could stand for billions
 * ("billion laughs").
 */
const MAX_VALUES = 100_000;
/**
 * The deepest nesting of values; policies need seven levels. V8 ends the whole process if a parser recurses
 * too deep.
 */
const MAX_DEPTH = 64;
const TOO_DEEP = `Values are nested more than ${MAX_DEPTH} levels deep.`;

/** A parsed YAML file that knows the place of every value. */
export class SourceDocument {
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  private constructor(
    readonly file: string,
    private readonly root: Node | null,
    private readonly anchored: ReadonlyMap<Alias, Node>,
    private readonly lines: LineCounter,
    readonly value: unknown,
  ) {}

  /** undefined if the text cannot be read; `problems` gets the reason. */
  static parse({ file, text }: PolicySource, problems: Problems): SourceDocument | undefined {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_FILE_BYTES) {
      const message = `The file has ${bytes} bytes; a file may have ${MAX_FILE_BYTES}.`;
      problems.error({ file, line: 1, column: 1 }, message, 'Remove what no rule needs.');
      return undefined;
    }
    const lines = new LineCounter();
    try {
      const document = compose(text, lines);
      const [error] = document.errors;
      // Only the first error is reported, because it often causes the errors after it.
      if (error) {
        const [offset] = error.pos;
        throw new TextFault(
          offset,
          `This is not YAML: ${error.message}.`,
          hint(text, at(lines, offset).line),
        );
      }
      const reader = new ValueReader();
      const value = document.contents === null ? null : reader.read(document.contents);
      return new SourceDocument(file, document.contents, reader.anchored, lines, value);
    } catch (error) {
      if (!(error instanceof TextFault)) throw error;
      problems.error({ file, ...at(lines, error.offset) }, error.message, error.fix);
      return undefined;
    }
  }

  /** The place of a value, through aliases; the place of its parent if there is no such value. */
  place(path: Path): Place {
    let [found, node] = [this.root, this.root];
    for (const key of path) {
      node = this.#child(node, key);
      if (!node) break;
      found = node;
    }
    return found === this.root ? { file: this.file, line: 1, column: 1 } : this.#placeOf(found);
  }

  /** The place of a value's key; for an item of a list, the place of the item. */
  keyPlace(path: Path): Place {
    const parent = path.slice(0, -1).reduce<Node | null>((node, key) => this.#child(node, key), this.root);
    const map = this.#behind(parent);
    const key = isMap(map) ? this.#pairsOf(map).get(String(path.at(-1)))?.key : undefined;
    return isNode(key) ? this.#placeOf(key) : this.place(path);
  }

  #placeOf(node: Node | null): Place {
    return { file: this.file, ...at(this.lines, node?.range?.[0] ?? 0) };
  }

  #child(parent: Node | null, key: string | number): Node | null {
    const node = this.#behind(parent);
    const child: unknown = isMap(node)
      ? this.#pairsOf(node).get(String(key))?.value
      : isSeq(node)
        ? node.items[Number(key)]
        : undefined;
    return isNode(child) ? child : null;
  }

  #behind(node: Node | null): Node | null {
    return isAlias(node) ? (this.anchored.get(node) ?? null) : node;
  }

  /** Built once for each map, because a file with thousands of errors looks up as many places. */
  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    let pairs = this.#pairs.get(map);
    if (!pairs) {
      pairs = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      this.#pairs.set(map, pairs);
    }
    return pairs;
  }
}

/** An error that makes a text unreadable, and its place. */
class TextFault extends Error {
  constructor(
    readonly offset: number,
    message: string,
    readonly fix?: string,
  ) {
    super(message);
  }
}

/** Stops if values are nested too deep, before any recursive code reads them. */
class ShallowParser extends Parser {
  override *next(source: string): Generator<CST.Token, void> {
    yield* super.next(source);
    if (this.stack.length > MAX_DEPTH) throw new TextFault(this.offset, TOO_DEEP);
  }
}

function compose(text: string, lines: LineCounter): Document.Parsed {
  const tokens = new ShallowParser(lines.addNewLine).parse(text);
  // ValueReader finds duplicate keys. The composer would compare each key with all before it, in quadratic
  // time.
  const composer = new Composer({ lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const [document, another] = composer.compose(tokens, true, text.length);
  if (another)
    throw new TextFault(another.range[0], 'A second document begins here.', 'Make one file of each.');
  return document!;
}

/** A node that was read: its value, the number of values and the depth of nesting, with aliases expanded. */
interface ReadNode {
  readonly value: unknown;
  readonly size: number;
  readonly depth: number;
}

/**
 * Reads values in time that is linear in the file's size, whatever its aliases are. The parser's own
 * conversion rejects a file with a hundred aliases of one anchor.
 */
class ValueReader {
  readonly anchored = new Map<Alias, Node>();
  readonly #anchors = new Map<string, Node>();
  /** Nodes with an anchor that were read to their end. */
  readonly #known = new Map<Node, ReadNode>();
  #size = 0;
  #depth = 0;
  /** The deepest value so far below the current node. */
  #deepest = 0;

  read(node: Node): unknown {
    if (isAlias(node)) return this.#readAlias(node);
    const anchor = 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    const [size, deepest] = [this.#size, this.#deepest];
    this.#depth++;
    this.#deepest = 0;
    this.#count(node, 1, this.#depth);
    const value = isMap(node) ? this.#readMap(node) : isSeq(node) ? this.#readList(node) : scalarOf(node);
    this.#depth--;
    if (anchor !== undefined) {
      const depth = this.#deepest - this.#depth;
      this.#known.set(node, { value, size: this.#size - size, depth });
    }
    this.#deepest = Math.max(deepest, this.#deepest);
    return value;
  }

  #readMap(map: YAMLMap): unknown {
    const entries = new Map<string, unknown>();
    for (const { key, value } of map.items) {
      if (!isScalar(key) || key.value === null)
        throw faultAt(isNode(key) ? key : map, 'A key is a text here, and nothing else.');
      const name = String(key.value);
      if (entries.has(name)) throw faultAt(key, 'This is not YAML: Map keys must be unique.');
      entries.set(name, isNode(value) ? this.read(value) : null);
    }
    return Object.fromEntries(entries);
  }

  #readList(list: YAMLSeq): unknown {
    return list.items.map((item) => (isNode(item) ? this.read(item) : null));
  }

  #readAlias(alias: Alias): unknown {
    const anchor = this.#anchors.get(alias.source);
    if (!anchor) {
      const fix = `Write "&${alias.source}" before the value that it stands for.`;
      throw faultAt(alias, `The alias "*${alias.source}" stands for nothing before it.`, fix);
    }
    const known = this.#known.get(anchor);
    if (!known) throw faultAt(alias, `The alias "*${alias.source}" is inside the value that it stands for.`);
    this.anchored.set(alias, anchor);
    this.#count(alias, known.size, this.#depth + known.depth);
    return known.value;
  }

  #count(node: Node, values: number, depth: number): void {
    this.#size += values;
    this.#deepest = Math.max(this.#deepest, depth);
    if (depth > MAX_DEPTH) throw faultAt(node, TOO_DEEP);
    if (this.#size <= MAX_VALUES) return;
    const message = `With its aliases written out, the file has more than ${MAX_VALUES} values from here on.`;
    throw faultAt(node, message, 'Let aliases (*name) stand for less.');
  }
}

function faultAt({ range }: Node, message: string, fix?: string): TextFault {
  return new TextFault(range?.[0] ?? 0, message, fix);
}

function scalarOf(node: Node): unknown {
  return isScalar(node) ? node.value : null;
}

function at(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** A hint for a common mistake: inside a list in brackets, YAML reads the braces of a pattern as its own. */
function hint(text: string, line: number): string | undefined {
  const pattern = /[[,]\s*([A-Z]\w*\.(?:\{[^}]*\}|\*))/.exec(text.split('\n')[line - 1] ?? '')?.[1];
  return pattern === undefined ? undefined : `Put the pattern in quotes: "${pattern}".`;
}
