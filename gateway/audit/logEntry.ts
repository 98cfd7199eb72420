import type { AuditRecord } from './auditRecord.js';

/** A place in the chain, signed: whoever holds the log and not the key cannot rewrite what lies before it. */
export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly time: string;
  /** Ed25519 over the place in the chain (checkpoint.ts), in base64url. */
  readonly signature: string;
}

/** A file that is over its time and removed: what follows it is anchored in its last hash. */
export interface Removal {
  readonly kind: 'removal';
  readonly time: string;
  readonly file: string;
  /** Numbers of its first and last record, and the hash of the last. */
  readonly first: number;
  readonly last: number;
  readonly lastHash: string;
}

/** Bytes that were being written when a gateway died, cut off when the next one started. */
export interface TornTail {
  readonly kind: 'torn-tail';
  readonly time: string;
  readonly bytes: number;
  /** Of what was cut, which is kept beside the log. */
  readonly sha256: string;
}

/** What stands in the log. */
export type LogEntry = ({ readonly kind: 'decision' } & AuditRecord) | Checkpoint | Removal | TornTail;
