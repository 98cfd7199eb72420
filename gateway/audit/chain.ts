import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import type { LogEntry } from './logEntry.js';

/** The end of a chain: the number and the hash of its last record. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first record. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: '0'.repeat(64) };

/** A line of the log whose own hash is correct. */
export interface ChainedLine {
  readonly seq: number;
  /** Hash of the record before. */
  readonly previous: string;
  readonly hash: string;
  readonly text: string;
  readonly entry: LogEntry;
}

const LINE = /^\{"seq":(\d+),"previous":"([0-9a-f]{64})",.*,"hash":"([0-9a-f]{64})"\}$/s;
const HASH_FIELD_LENGTH = ',"hash":""}'.length + 64;
const SIGNED = /^(.*),"signature":"([A-Za-z0-9_-]{86})"$/s;

/**
 * Chains an entry to the end of a log. The line is JSON that ends with its own hash: SHA-256 in hexadecimal
 * over all bytes before it, which include the hash of the record before (Haber & Stornetta 1991). A signed
 * line also has an Ed25519 signature before that hash. The signature covers everything before it, with the
 * place in the chain. The line as written is the canonical form: verification never serialises anything
 * again.
 * @param entry as JSON
 * @param key signs the line
 */
export function chainLine(
  entry: string,
  { seq, hash: previous }: ChainEnd,
  key?: KeyObject,
): { line: string; end: ChainEnd } {
  const unsigned = `{"seq":${seq + 1},"previous":"${previous}",${entry.slice(1, -1)}`;
  const content = key
    ? `${unsigned},"signature":"${sign(null, Buffer.from(unsigned), key).toString('base64url')}"`
    : unsigned;
  const hash = sha256(content);
  return { line: `${content},"hash":"${hash}"}\n`, end: { seq: seq + 1, hash } };
}

/** Reads a line without its newline; undefined if it is not a line of the log, or its hash is wrong. */
export function readLine(text: string): ChainedLine | undefined {
  const [, seq, previous, hash] = LINE.exec(text) ?? [];
  if (seq === undefined || previous === undefined || hash === undefined) return undefined;
  if (sha256(contentOf(text)) !== hash) return undefined;
  try {
    return { seq: Number(seq), previous, hash, text, entry: JSON.parse(text) as LogEntry };
  } catch {
    return undefined;
  }
}

/** Whether the key has signed a line at its place in the chain. */
export function isSigned({ text }: ChainedLine, key: KeyObject): boolean {
  const [, content, signature] = SIGNED.exec(contentOf(text)) ?? [];
  if (content === undefined || signature === undefined) return false;
  return verify(null, Buffer.from(content), key, Buffer.from(signature, 'base64url'));
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function contentOf(text: string): string {
  return text.slice(0, -HASH_FIELD_LENGTH);
}

/** A checkpoint of the first format: a signature over its place in the chain, without the name of a chain. */
interface OldCheckpoint {
  readonly kind: 'checkpoint';
  readonly time: string;
  readonly signature: string;
}

/**
 * Whether a line is a checkpoint of the first format, signed by this key. That format had one chain, and
 * signed neither removals nor openings. Nothing writes it any more.
 */
export function isOldCheckpoint({ seq, previous, entry }: ChainedLine, key: KeyObject): boolean {
  const { kind, time, signature } = entry as unknown as OldCheckpoint;
  if (kind !== 'checkpoint' || typeof signature !== 'string') return false;
  const statement = JSON.stringify(['polku audit checkpoint', seq - 1, previous, time]);
  return verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64url'));
}
