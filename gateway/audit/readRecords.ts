import { linesOf, readWholeLines } from '../../lib/appendLog.js';
import type { AuditRecord } from './auditRecord.js';
import { type ChainedLine, readLine } from './chain.js';
import type { LogEntry } from './logEntry.js';
import { listChains, type Segment, segmentsOf } from './segments.js';

/** Conditions on a record. An undefined condition is not tested. */
interface RecordFilter {
  /** Digests of all keys that the person has had. */
  readonly person?: ReadonlySet<string> | undefined;
  readonly subject?: string | undefined;
  readonly recipient?: string | undefined;
  readonly purpose?: string | undefined;
  /** Not before this time; ISO 8601. */
  readonly since?: string | undefined;
}

/** The decisions of all chains of a log that match a filter, oldest first. */
export async function* findRecords(dataFolder: string, filter: RecordFilter): AsyncGenerator<AuditRecord> {
  const chains = await listChains(dataFolder);
  yield* mergeByTime(
    chains.map((chain) => findInChain(dataFolder, chain, filter)),
    'oldest first',
  );
}

async function* findInChain(
  dataFolder: string,
  chain: string,
  { person, subject, recipient, purpose, since }: RecordFilter,
): AsyncGenerator<AuditRecord> {
  const from = since === undefined ? undefined : Date.parse(since);
  const holdsPerson = (people: readonly string[]) =>
    person !== undefined && people.some((digest) => person.has(digest));
  /** The next decision, if an entry before it names the person. */
  let named: string | undefined;
  for await (const entry of logEntries(dataFolder, chain)) {
    if (entry.kind === 'people' && holdsPerson(entry.people)) named = entry.decisionId;
    if (entry.kind !== 'decision') continue;
    const found =
      (person === undefined || entry.decisionId === named || holdsPerson(entry.people)) &&
      (subject === undefined || entry.subject === subject) &&
      (recipient === undefined || entry.recipient === recipient) &&
      (purpose === undefined || entry.purpose === purpose) &&
      (from === undefined || Date.parse(entry.time) >= from);
    if (found) yield entry;
  }
}

/** Merges lists of records that are each sorted by time. */
export async function* mergeByTime<Found extends AuditRecord>(
  lists: readonly AsyncGenerator<Found>[],
  order: 'oldest first' | 'newest first',
): AsyncGenerator<Found> {
  const comesBefore = (one: string, other: string) => (order === 'oldest first' ? one < other : one > other);
  try {
    const heads = await Promise.all(
      lists.map(async (list) => ({ list, head: (await list.next()) as IteratorResult<Found, void> })),
    );
    for (;;) {
      let next: (typeof heads)[number] | undefined;
      for (const each of heads)
        if (!each.head.done && (!next || comesBefore(each.head.value.time, next.head.value!.time)))
          next = each;
      if (!next || next.head.done) return;
      yield next.head.value;
      next.head = (await next.list.next()) as IteratorResult<Found, void>;
    }
  } finally {
    for (const list of lists) await list.return(undefined);
  }
}

/** A line with its place. */
export interface PlacedLine {
  readonly file: string;
  /** The number of the first record of the file, from its name. */
  readonly first: number;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** undefined if the text is not a record, or its hash is wrong. */
  readonly record: ChainedLine | undefined;
}

/**
 * Every line of a chain in order, with one file at a time in memory. A last line without a newline is still
 * being written.
 */
export async function* logLines(dataFolder: string, chain: string): AsyncGenerator<PlacedLine> {
  const segments = await segmentsOf(dataFolder, chain);
  for (const segment of segments) yield* placedLines(segment, segment === segments.at(-1));
}

/** @param isLast whether the file is still being written */
async function* placedLines({ name, path, first }: Segment, isLast: boolean): AsyncGenerator<PlacedLine> {
  const { content, torn } = await readWholeLines(path);
  let line = 1;
  for (const text of linesOf(content)) {
    yield { file: name, first, line, text, record: readLine(text) };
    line += 1;
  }
  const text = torn.toString();
  if (text !== '' && (!isLast || holdsMore(text))) yield { file: name, first, line, text, record: undefined };
}

/** The line of a record of a chain; undefined if no file has it. */
export async function findLine(
  dataFolder: string,
  chain: string,
  seq: number,
): Promise<PlacedLine | undefined> {
  const segment = (await segmentsOf(dataFolder, chain)).findLast(({ first }) => first <= seq);
  if (!segment) return undefined;
  for await (const line of placedLines(segment, true)) if (line.record?.seq === seq) return line;
  return undefined;
}

/**
 * A torn line is the beginning of a record. A line that continues after the end of a record was tampered
 * with.
 */
function holdsMore(unended: string): boolean {
  const end = /,"hash":"[0-9a-f]{64}"\}./s.exec(unended);
  return end !== null;
}

/** The entries of a chain, oldest first. It skips invalid lines, which `polku audit verify` reports. */
export async function* logEntries(dataFolder: string, chain: string): AsyncGenerator<LogEntry> {
  for await (const { record } of logLines(dataFolder, chain)) if (record) yield record.entry;
}
