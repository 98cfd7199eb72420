import { createHash } from 'node:crypto';
import type { LogEntry } from './logEntry.js';

/** The end of a chain: the number and the hash of its last record. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first record. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: '0'.repeat(64) };

/** A line as it stands in the log, whose own hash holds. */
export interface ChainedLine {
  readonly seq: number;
  /** Hash of the record before. */
  readonly previous: string;
  readonly hash: string;
  readonly text: string;
}

const LINE = /^\{"seq":(\d+),"previous":"([0-9a-f]{64})",.*,"hash":"([0-9a-f]{64})"\}$/s;
const HASH_FIELD_LENGTH = ',"hash":""}'.length + 64;

/**
 * Chains an entry to the end of a log. The line is JSON that ends in its own hash: SHA-256 in hexadecimal over the bytes
 * before, the hash of the record before among them (Haber & Stornetta 1991). The line as written is the canonical form;
 * nothing is ever serialised anew to be verified.
 * @param entry as JSON
 */
export function chainLine(entry: string, { seq, hash: previous }: ChainEnd): { line: string; end: ChainEnd } {
  const content = `{"seq":${seq + 1},"previous":"${previous}",${entry.slice(1, -1)}`;
  const hash = sha256(content);
  return { line: `${content},"hash":"${hash}"}\n`, end: { seq: seq + 1, hash } };
}

/** Reads a line without its newline; undefined where it is none, or its hash does not hold. */
export function readLine(text: string): ChainedLine | undefined {
  const [, seq, previous, hash] = LINE.exec(text) ?? [];
  if (seq === undefined || previous === undefined || hash === undefined) return undefined;
  if (sha256(text.slice(0, -HASH_FIELD_LENGTH)) !== hash) return undefined;
  return { seq: Number(seq), previous, hash, text };
}

export function entryOf({ text }: ChainedLine): LogEntry {
  return JSON.parse(text) as LogEntry;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
