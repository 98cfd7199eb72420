import type { AuditRecord } from './auditRecord.js';

/**
 * A decision. If its people are too many for one line, `people` is empty and the entries before name them.
 */
export type DecisionEntry = { readonly kind: 'decision' } & AuditRecord;

/** Some of the people of the decision that follows. */
export interface PeopleEntry {
  readonly kind: 'people';
  readonly time: string;
  readonly decisionId: string;
  readonly people: readonly string[];
}

// Each entry below is signed by itself (chain.ts). In the first format only checkpoints are signed.

/** Fixes the chain up to here: nobody without the key can rewrite what comes before it. */
export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly time: string;
  /** The name of the chain. */
  readonly chain: string;
  /**
   * The last checkpoint of each other chain that this chain has ever seen, so that none disappears unnoticed.
   */
  readonly others: readonly SeenChain[];
}

export interface SeenChain {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

/** The log was opened. Every log begins with this record. */
export interface Opening {
  readonly kind: 'opening';
  readonly time: string;
  readonly chain: string;
  /** The time in the last record before this one. */
  readonly lastTime: string | undefined;
  /**
   * Records since the last checkpoint. A crash leaves them, and nothing proves that nobody wrote, changed or
   * removed some.
   */
  readonly unproven: number;
  /** The last checkpoint that the witness holds, if the log lacks it. */
  readonly witnessed: number | undefined;
}

/** A file that was removed because its retention is over. Its last hash anchors what follows it. */
export interface Removal {
  readonly kind: 'removal';
  readonly time: string;
  readonly file: string;
  /** Numbers of its first and last record, and the hash and time of the last. */
  readonly first: number;
  readonly last: number;
  readonly lastHash: string;
  readonly lastTime: string;
  /** For how many days records are retained. */
  readonly days: number;
}

/** Bytes that were being written when a process died, cut off when the next one started. */
export interface TornTail {
  readonly kind: 'torn-tail';
  readonly time: string;
  readonly bytes: number;
  /** SHA-256 of the bytes that were cut. They are stored next to the log. */
  readonly sha256: string;
}

/** The wall clock jumped, compared with a monotonic clock. */
export interface ClockJump {
  readonly kind: 'clock-jump';
  readonly time: string;
  /** Forward is positive. */
  readonly seconds: number;
}

/** Another key signs the chain from here on. It signs this entry, which is a checkpoint, too. */
export interface KeyChange extends Omit<Checkpoint, 'kind'> {
  readonly kind: 'key-change';
  /** Public keys: SPKI, DER, base64url. */
  readonly former: string;
  readonly next: string;
  /** The former key's signature over the next key and the end of the chain before this entry. */
  readonly consent: string;
}

/**
 * What a log controller decided about one use of break-glass. All reviews are in a chain of their own. If a
 * use was reviewed several times, the last review counts.
 */
export interface ReviewEntry {
  readonly kind: 'review';
  readonly time: string;
  /** The decision that used break-glass. */
  readonly decisionId: string;
  readonly verdict: 'justified' | 'not-justified';
  /** Without identity codes. */
  readonly comment: string;
  /** The organisation and the user of the token that reviewed it. */
  readonly recipient: string;
  readonly reviewer: string;
  /** The decision of the request that reviewed it. */
  readonly under: string;
}

export type SignedEntry = Checkpoint | Opening | Removal | TornTail | ClockJump | KeyChange | ReviewEntry;

/** Every kind of entry. */
export type LogEntry = DecisionEntry | PeopleEntry | SignedEntry;

/** The entries of a decision. People who do not fit into one line get entries of their own. */
export function entriesOf(record: AuditRecord, peoplePerEntry: number): readonly string[] {
  const { people, decisionId, time } = record;
  if (people.length <= peoplePerEntry) return [JSON.stringify(decisionEntry(record))];
  const entries: string[] = [];
  for (let from = 0; from < people.length; from += peoplePerEntry) {
    const some = people.slice(from, from + peoplePerEntry);
    entries.push(JSON.stringify({ kind: 'people', time, decisionId, people: some } satisfies PeopleEntry));
  }
  return [...entries, JSON.stringify(decisionEntry({ ...record, people: [], peopleBefore: people.length }))];
}

function decisionEntry(record: AuditRecord): DecisionEntry {
  return { kind: 'decision', ...record };
}
