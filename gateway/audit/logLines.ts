import { readFile } from 'node:fs/promises';
import { type ChainedLine, entryOf, readLine } from './chain.js';
import type { LogEntry } from './logEntry.js';
import { auditFolder, listSegments } from './segments.js';

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

/** Every line of a log in order, a file at a time in memory. A last line that is not ended is still being written. */
export async function* logLines(dataFolder: string): AsyncGenerator<PlacedLine> {
  const segments = await listSegments(auditFolder(dataFolder));
  for (const { name, path, first } of segments) {
    const lines = (await readFile(path, 'utf8')).split('\n');
    const unended = lines.pop()!;
    for (const [index, text] of lines.entries())
      yield { file: name, first, line: index + 1, text, record: readLine(text) };
    if (unended !== '' && (name !== segments.at(-1)!.name || holdsMore(unended)))
      yield { file: name, first, line: lines.length + 1, text: unended, record: undefined };
  }
}

/** A torn line is the beginning of a record; one that goes on behind a record's end was tampered with. */
function holdsMore(unended: string): boolean {
  const end = /,"hash":"[0-9a-f]{64}"\}./s.exec(unended);
  return end !== null;
}

/** The entries of a log, oldest first; lines that are none are left to `polku audit verify`. */
export async function* logEntries(dataFolder: string): AsyncGenerator<LogEntry> {
  for await (const { record } of logLines(dataFolder)) if (record) yield entryOf(record);
}
