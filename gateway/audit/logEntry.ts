import type { AuditRecord } from './auditRecord.js';

/** A decision. Where its people are too many for one line, `people` is empty and the entries before name them. */
export type DecisionEntry = { readonly kind: 'decision' } & AuditRecord;

/** Some of the people of the decision that follows. */
export interface PeopleEntry {
  readonly kind: 'people';
  readonly time: string;
  readonly decisionId: string;
  readonly people: readonly string[];
}

// The entries below are signed, each by itself (chain.ts). Those of the first format of the log are not, checkpoints
// excepted: oldFormat.ts.

/** A place in the chain: whoever holds the log and not the key cannot rewrite what lies before it. */
export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly time: string;
  /** The name of the chain. */
  readonly chain: string;
  /** The last checkpoints of the other chains that this one has ever seen, so that none disappears unnoticed. */
  readonly others: readonly SeenChain[];
}

export interface SeenChain {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

/** The log was opened. Its first record is one. */
export interface Opening {
  readonly kind: 'opening';
  readonly time: string;
  readonly chain: string;
  /** When the last record before was written, by its own word. */
  readonly lastTime: string | undefined;
  /** Records since the last checkpoint: a crash leaves them, and nothing proves that nobody wrote, changed or removed some. */
  readonly unproven: number;
  /** The last checkpoint that the witness holds, where the log lacks it. */
  readonly witnessed: number | undefined;
}

/** A file that is over its time and removed: what follows it is anchored in its last hash. */
export interface Removal {
  readonly kind: 'removal';
  readonly time: string;
  readonly file: string;
  /** Numbers of its first and last record, and the hash and time of the last. */
  readonly first: number;
  readonly last: number;
  readonly lastHash: string;
  readonly lastTime: string;
  /** For how many days records are kept. */
  readonly days: number;
}

/** Bytes that were being written when a process died, cut off when the next one started. */
export interface TornTail {
  readonly kind: 'torn-tail';
  readonly time: string;
  readonly bytes: number;
  /** Of what was cut, which is kept beside the log. */
  readonly sha256: string;
}

/** The wall clock moved against the time that had passed. */
export interface ClockJump {
  readonly kind: 'clock-jump';
  readonly time: string;
  /** Forward is positive. */
  readonly seconds: number;
}

export type SignedEntry = Checkpoint | Opening | Removal | TornTail | ClockJump;

/** What stands in the log. */
export type LogEntry = DecisionEntry | PeopleEntry | SignedEntry;
