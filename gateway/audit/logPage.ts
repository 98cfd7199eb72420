import { type FileHandle, open } from 'node:fs/promises';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import type { AuditOutcome, AuditRecord } from './auditRecord.js';
import { readLine } from './chain.js';
import { type LinePlace, placesBackwards, read } from './chainEnd.js';
import { listChains, type Segment, segmentsOf } from './segments.js';

/** Conditions on a decision. An undefined condition is not tested. */
export interface DecisionFilter {
  /** The user or application, as its token names it. */
  readonly subject?: string | undefined;
  readonly purpose?: string | undefined;
  readonly recipient?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly brokeGlass?: boolean | undefined;
  /** Not before, and before this time; ISO 8601 in UTC with milliseconds. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

export interface DecisionPage {
  /** Newest first. */
  readonly records: readonly AuditRecord[];
  /** Where the next page continues; undefined if the log is read to its beginning, or to `from`. */
  readonly cursor: string | undefined;
  /** The log is read back to this time; undefined if nothing was read. */
  readonly readBackTo: string | undefined;
  /** Lines on the way that are no records, or were changed. */
  readonly damaged: number;
}

/** A page reads at most this much of the log, and says how far it came. */
const PAGE_BYTES = 64 * 2 ** 20;
/** Whether the client still waits is asked after this many lines. */
const CLIENT_LINES = 1_000;
/** A record has the time when its request came, and is written when it ends. */
const LONGEST_REQUEST_MS = 15 * 60_000;
/** Training and permits run for hours. Their chains are short. */
const LONGEST_RUN_MS = 2 * 86_400_000;

/** The first record of a file, and the offset in it that was reached from its end. */
type ChainPlace = readonly [first: number, offset: number];

/**
 * Decisions of all chains, newest first. It reads the files backwards from their end, or from a cursor, and
 * other work of the process runs in between.
 * @param page `cursor` of the page before; a cursor that is none begins at the end of the log
 */
export async function readDecisions(
  dataFolder: string,
  filter: DecisionFilter,
  page: { readonly first: number; readonly cursor: string | undefined },
  client?: TaskClient,
): Promise<DecisionPage> {
  const places = placesIn(page.cursor);
  const budget = { bytes: PAGE_BYTES };
  const chains: BackwardChain[] = [];
  try {
    for (const chain of await listChains(dataFolder)) {
      if (chain === 'review' || (page.cursor !== undefined && !places.has(chain))) continue;
      const segments = await segmentsOf(dataFolder, chain);
      chains.push(new BackwardChain(chain, segments, filter, places.get(chain), { budget, client }));
    }
    const records: AuditRecord[] = [];
    while (records.length < page.first) {
      for (const chain of chains) await chain.findHead();
      if (chains.some(({ isInterrupted }) => isInterrupted)) break;
      const newest = newestOf(chains);
      if (!newest) break;
      records.push(newest.take());
    }
    const unfinished = chains.filter(({ isAtEnd }) => !isAtEnd);
    return {
      records,
      cursor: unfinished.length === 0 ? undefined : cursorOf(unfinished),
      readBackTo: (unfinished.length > 0 ? unfinished : chains)
        .flatMap(({ reached }) => reached ?? [])
        .sort()
        .at(-1),
      damaged: chains.reduce((sum, { damaged }) => sum + damaged, 0),
    };
  } finally {
    for (const chain of chains) await chain.close();
  }
}

function newestOf(chains: readonly BackwardChain[]): BackwardChain | undefined {
  return chains
    .filter(({ head }) => head)
    .reduce<BackwardChain | undefined>(
      (found, other) => (found && found.head!.record.time >= other.head!.record.time ? found : other),
      undefined,
    );
}

interface Reading {
  readonly budget: { bytes: number };
  readonly client: TaskClient | undefined;
}

/** Reads a chain from its end to its beginning. All records after its place were read. */
class BackwardChain {
  /** The newest record that matches and was not taken yet, and where its line ends and begins. */
  head: { readonly record: AuditRecord; readonly end: number; readonly start: number } | undefined;
  isAtEnd = false;
  /** The page has read as much as it may. */
  isInterrupted = false;
  damaged = 0;
  /** The time of the last record that was read. */
  reached: string | undefined;
  readonly #scheduler = new CooperativeScheduler();
  readonly #fragments: readonly string[];
  readonly #slackMs: number;
  #segment: Segment | undefined;
  #offset: number | undefined;
  #file: { readonly handle: FileHandle; readonly lines: AsyncGenerator<LinePlace> } | undefined;
  #lines = 0;

  constructor(
    private readonly chain: string,
    private readonly segments: readonly Segment[],
    private readonly filter: DecisionFilter,
    from: ChainPlace | undefined,
    private readonly reading: Reading,
  ) {
    this.#fragments = fragmentsOf(filter);
    this.#slackMs = chain === 'gateway' ? LONGEST_REQUEST_MS : LONGEST_RUN_MS;
    this.#segment = from ? segments.find(({ first }) => first === from[0]) : segments.at(-1);
    this.#offset = this.#segment && from?.[1];
    // The file of the cursor was removed meanwhile, because its retention is over. So were all before it.
    this.isAtEnd = this.#segment === undefined;
  }

  /** Where the next page continues. */
  get place(): ChainPlace {
    return [this.#segment!.first, this.head?.end ?? this.#offset ?? Number.MAX_SAFE_INTEGER];
  }

  get name(): string {
    return this.chain;
  }

  take(): AuditRecord {
    const { record, start } = this.head!;
    this.#offset = start;
    this.head = undefined;
    return record;
  }

  /** Reads on to the next record that matches, unless one was found and not taken yet. */
  async findHead(): Promise<void> {
    while (!this.head && !this.isAtEnd) {
      const place = await this.#previousLine();
      if (!place) return;
      const { text, end } = place;
      const start = end - Buffer.byteLength(text) - 1;
      const time = timeOf(text);
      if (time !== undefined && this.#isTooEarly(time)) this.isAtEnd = true;
      else {
        this.reached = time ?? this.reached;
        const record = this.#recordOf(text, time);
        if (record) this.head = { record, end, start };
        this.#offset = start;
      }
    }
  }

  async close(): Promise<void> {
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  async #previousLine(): Promise<LinePlace | undefined> {
    for (;;) {
      if (++this.#lines % CLIENT_LINES === 0) this.reading.client?.throwIfAborted();
      if (this.#scheduler.shouldYield) await this.#scheduler.yield();
      this.isInterrupted = this.reading.budget.bytes <= 0;
      if (this.isInterrupted) return undefined;
      this.#file ??= await this.#open(this.#segment!);
      const next = (await this.#file.lines.next()) as IteratorResult<LinePlace, void>;
      if (!next.done) {
        this.reading.budget.bytes -= next.value.text.length;
        return next.value;
      }
      await this.close();
      this.#segment = await this.#segmentBefore(this.#segment!);
      this.#offset = undefined;
      if (this.#segment) continue;
      this.isAtEnd = true;
      return undefined;
    }
  }

  async #open({ path }: Segment): Promise<{ handle: FileHandle; lines: AsyncGenerator<LinePlace> }> {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    return { handle, lines: placesBackwards(handle, Math.min(size, this.#offset ?? size)) };
  }

  /** The file before, without files whose records are all too late. */
  async #segmentBefore(segment: Segment): Promise<Segment | undefined> {
    let at = this.segments.indexOf(segment) - 1;
    const { until } = this.filter;
    while (until !== undefined && at > 0 && (await firstTimeOf(this.segments[at]!)) > this.#later(until))
      at--;
    return this.segments[at];
  }

  #later(time: string): string {
    return new Date(Date.parse(time) + this.#slackMs).toISOString();
  }

  #isTooEarly(time: string): boolean {
    const { from } = this.filter;
    return from !== undefined && this.#later(time) < from;
  }

  #recordOf(text: string, time: string | undefined): AuditRecord | undefined {
    if (!this.#fragments.every((fragment) => text.includes(fragment))) return undefined;
    if (this.filter.brokeGlass === false && text.includes(BROKE_GLASS)) return undefined;
    const { from = '', until } = this.filter;
    if (time !== undefined && (time < from || (until !== undefined && time >= until))) return undefined;
    const entry = readLine(text)?.entry;
    if (!entry) this.damaged += 1;
    return entry?.kind === 'decision' && matches(entry, this.filter) ? entry : undefined;
  }
}

const BROKE_GLASS = '"breakGlass":"';

/** What the line of a decision contains if it matches. Few lines are parsed then. */
function fragmentsOf({ subject, purpose, recipient, outcome, brokeGlass }: DecisionFilter): string[] {
  const named = Object.entries({ kind: 'decision', subject, purpose, recipient, outcome });
  const fragments = named.flatMap(([name, value]) =>
    value === undefined ? [] : [`"${name}":${JSON.stringify(value)}`],
  );
  return brokeGlass === true ? [...fragments, BROKE_GLASS] : fragments;
}

/** Whether a decision meets the conditions. */
export function matches(
  { subject, purpose, recipient, outcome, breakGlass, time }: AuditRecord,
  filter: DecisionFilter,
): boolean {
  return (
    (filter.subject === undefined || filter.subject === subject) &&
    (filter.purpose === undefined || filter.purpose === purpose) &&
    (filter.recipient === undefined || filter.recipient === recipient) &&
    (filter.outcome === undefined || filter.outcome === outcome) &&
    (filter.brokeGlass === undefined || filter.brokeGlass === (breakGlass !== undefined)) &&
    (filter.from === undefined || time >= filter.from) &&
    (filter.until === undefined || time < filter.until)
  );
}

const TIME = /"time":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/;

function timeOf(text: string): string | undefined {
  return TIME.exec(text.slice(0, 300))?.[1];
}

/** The time in the first line of a file; the empty text if it has none. */
async function firstTimeOf({ path }: Segment): Promise<string> {
  const file = await open(path, 'r');
  try {
    return timeOf((await read(file, 0, 300)).toString('utf8')) ?? '';
  } finally {
    await file.close();
  }
}

function cursorOf(chains: readonly BackwardChain[]): string {
  const places = chains.map(({ name, place }) => [name, ...place]);
  return Buffer.from(JSON.stringify(places)).toString('base64url');
}

/** A cursor leads to places of the log only. A reader of a page may read from any place. */
function placesIn(cursor: string | undefined): ReadonlyMap<string, ChainPlace> {
  if (cursor === undefined) return new Map();
  try {
    const places = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    if (!Array.isArray(places)) return new Map();
    return new Map(
      places.filter(isPlace).map(([chain, first, offset]): [string, ChainPlace] => [chain, [first, offset]]),
    );
  } catch {
    return new Map();
  }
}

function isPlace(place: unknown): place is [chain: string, first: number, offset: number] {
  return (
    Array.isArray(place) &&
    place.length === 3 &&
    typeof place[0] === 'string' &&
    [place[1], place[2]].every((number) => Number.isSafeInteger(number) && (number as number) >= 0)
  );
}
