import { isUtf8 } from 'node:buffer';
import { PolkuError } from '../../../../lib/errors.js';
import type { ValuesTest } from '../../mapping/mapping.js';
import type { RejectedRow, RowBatch } from '../rowBatch.js';
import { type JsonPath, oneText, parseJsonPath } from './jsonPath.js';

const NEWLINE = 0x0a;
/** Far more than any record of a person; a file without line ends is not read into memory. */
const MOST_LINE_BYTES = 2 ** 24;

export interface JsonLines {
  /** Names the file or the answer in messages. */
  readonly name: string;
  /** The values that are read of each object, as paths. */
  readonly columns: readonly string[];
  /** What an object must have to be a row; undefined: nothing. */
  readonly where: ReadonlyMap<string, ValuesTest> | undefined;
  /** Changes the text of a value, by its path. */
  readonly rewrite?: ((path: string) => ((text: string) => string) | undefined) | undefined;
}

interface Column {
  readonly name: string;
  readonly path: JsonPath;
  readonly rewrite: ((text: string) => string) | undefined;
}

interface Test {
  readonly name: string;
  readonly path: JsonPath;
  readonly test: ValuesTest;
}

type Fault = Omit<RejectedRow, 'row'>;

/**
 * Streams values of JSON Lines: one object a line, in UTF-8 (RFC 8259). Blank lines are no rows.
 * @returns the columns that had a value in no object
 * @throws PolkuError SOURCE_UNREADABLE if it is JSON in another form; SOURCE_COLUMNS after the last row, if
 * no object has any of the columns
 */
export async function* readJsonLines(
  chunks: AsyncIterable<Buffer>,
  { name, columns: paths, where = new Map(), rewrite }: JsonLines,
): AsyncGenerator<RowBatch, readonly string[]> {
  const columns = paths.map((path) => ({ name: path, path: parseJsonPath(path), rewrite: rewrite?.(path) }));
  const reader = new ObjectReader(
    columns,
    [...where].map(([path, test]) => ({ name: path, path: parseJsonPath(path), test })),
  );
  for await (const lines of wholeLines(chunks, name)) {
    if (reader.row === 0) requireJsonLines(lines, name);
    yield reader.read(lines);
  }
  if (reader.accepted > 0 && reader.seen.size === 0)
    throw new PolkuError(
      'SOURCE_COLUMNS',
      `No object of ${name} has any of the values that the mapping names: ${paths.join(', ')}. Correct the paths in mapping.yaml.`,
      { file: name },
    );
  return reader.accepted === 0 ? [] : paths.filter((path) => !reader.seen.has(path));
}

class ObjectReader {
  /** How many rows were read. */
  row = 0;
  /** How many of them were neither rejected nor left out. */
  accepted = 0;
  /** The columns that had a value in some object. */
  readonly seen = new Set<string>();

  constructor(
    private readonly columns: readonly Column[],
    private readonly tests: readonly Test[],
  ) {}

  read(lines: readonly (string | undefined)[]): RowBatch {
    const texts: string[][] = this.columns.map(() => []);
    const rowNumbers: number[] = [];
    const rejected: RejectedRow[] = [];
    const leftOut: number[] = [];
    for (const line of lines) {
      if (line !== undefined && line.trim() === '') continue;
      const row = ++this.row;
      const object = line === undefined ? undefined : parseObject(line);
      if (object === undefined) {
        rejected.push({ row, reason: line === undefined ? 'wrong-encoding' : 'malformed-row', columns: [] });
        continue;
      }
      const tested = this.test(object);
      if (tested === 'left-out') {
        leftOut.push(row);
        continue;
      }
      const fault = tested ?? this.take(object, texts);
      if (fault) {
        rejected.push({ row, ...fault });
        continue;
      }
      this.accepted++;
      rowNumbers.push(row);
    }
    return { columns: texts, rowNumbers, rejected, leftOut };
  }

  /** A row whose test cannot be made is rejected: left out, somebody could go unprotected. */
  private test(object: object): Fault | 'left-out' | undefined {
    for (const { name, path, test } of this.tests) {
      const values = path.values(object);
      if (typeof values === 'string') return { reason: values, columns: [name] };
      if (!test(values)) return 'left-out';
    }
    return undefined;
  }

  /** Adds the values of an object to the columns, or to none of them if one is faulty. */
  private take(object: object, texts: readonly string[][]): Fault | undefined {
    const { columns } = this;
    for (let index = 0; index < columns.length; index++) {
      const { name, path, rewrite } = columns[index]!;
      const text = oneText(path.values(object));
      if (typeof text === 'object') {
        for (let before = 0; before < index; before++) texts[before]!.pop();
        return { reason: text.fault, columns: [name] };
      }
      if (text !== '') this.seen.add(name);
      texts[index]!.push(rewrite && text !== '' ? rewrite(text) : text);
    }
    return undefined;
  }
}

/** The object of a line; undefined if it has none. */
export function parseObject(line: string): object | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a text as they arrive; undefined for a line that is not UTF-8. */
export async function* wholeLines(
  chunks: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<readonly (string | undefined)[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      rest.push(chunk);
      restBytes += chunk.length;
      if (restBytes > MOST_LINE_BYTES) throw otherForm(name, 'has a line of more than 16 MiB');
      continue;
    }
    yield linesOf(Buffer.concat([...rest, chunk.subarray(0, end)]));
    rest = [chunk.subarray(end + 1)];
    restBytes = rest[0]!.length;
  }
  yield linesOf(Buffer.concat(rest));
}

function linesOf(bytes: Buffer): readonly (string | undefined)[] {
  if (isUtf8(bytes))
    return bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split('\n');
  const lines: (string | undefined)[] = [];
  for (let start = 0; start <= bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    lines.push(isUtf8(line) ? line.toString('utf8') : undefined);
    start = end + 1;
  }
  return lines;
}

/**
 * Explains JSON that has another form by its first line. No text is repeated, because it may be about a
 * person.
 */
function requireJsonLines(lines: readonly (string | undefined)[], name: string): void {
  const first = lines.find((line) => line === undefined || line.trim() !== '')?.trim();
  if (first === undefined) return;
  if (first.startsWith('[')) throw otherForm(name, 'is one JSON list');
  if (/^\{$|^\{\s*"[^"]*"\s*:\s*[[{]?$/.test(first))
    throw otherForm(name, 'has its objects over several lines');
  if (/^\{\s*"resourceType"\s*:\s*"Bundle"/.test(first)) throw otherForm(name, 'is a Bundle of FHIR');
}

function otherForm(name: string, fault: string): PolkuError {
  return new PolkuError(
    'SOURCE_UNREADABLE',
    `${name} ${fault}. Expected JSON Lines: one object a line (NDJSON; of FHIR, one resource a line). Export it so.`,
    { file: name },
  );
}
