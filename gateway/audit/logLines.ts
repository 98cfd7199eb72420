import { readFile } from 'node:fs/promises';
import { type ChainedLine, readLine } from './chain.js';
import { segmentsOf } from './chains.js';
import type { LogEntry } from './logEntry.js';
import type { Segment } from './segments.js';

/** A line with its place. */
export interface PlacedLine {
  readonly file: string;
  /** The number of the file's first record, by its name. */
  readonly first: number;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** undefined where the text is no record, or its hash does not hold. */
  readonly record: ChainedLine | undefined;
}

/** Every line of a chain in order, a file at a time in memory. A last line that is not ended is still being written. */
export async function* logLines(dataFolder: string, chain: string): AsyncGenerator<PlacedLine> {
  const segments = await segmentsOf(dataFolder, chain);
  for (const segment of segments) yield* linesOf(segment, segment === segments.at(-1));
}

/** @param isLast whether the file is still being written */
async function* linesOf({ name, path, first }: Segment, isLast: boolean): AsyncGenerator<PlacedLine> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  const unended = lines.pop()!;
  for (const [index, text] of lines.entries())
    yield { file: name, first, line: index + 1, text, record: readLine(text) };
  if (unended !== '' && (!isLast || holdsMore(unended)))
    yield { file: name, first, line: lines.length + 1, text: unended, record: undefined };
}

/** The line that holds a record of a chain; undefined where it is none of the files. */
export async function findLine(
  dataFolder: string,
  chain: string,
  seq: number,
): Promise<PlacedLine | undefined> {
  const segment = (await segmentsOf(dataFolder, chain)).findLast(({ first }) => first <= seq);
  if (!segment) return undefined;
  for await (const line of linesOf(segment, true)) if (line.record?.seq === seq) return line;
  return undefined;
}

/** A torn line is the beginning of a record; one that goes on behind a record's end was tampered with. */
function holdsMore(unended: string): boolean {
  const end = /,"hash":"[0-9a-f]{64}"\}./s.exec(unended);
  return end !== null;
}

/** The entries of a chain, oldest first; lines that are none are left to `polku audit verify`. */
export async function* logEntries(dataFolder: string, chain: string): AsyncGenerator<LogEntry> {
  for await (const { record } of logLines(dataFolder, chain)) if (record) yield record.entry;
}
