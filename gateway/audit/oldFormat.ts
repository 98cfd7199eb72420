import { type KeyObject, verify } from 'node:crypto';
import type { ChainedLine } from './chain.js';

/** A checkpoint of the first format: a signature over its place in the chain, and no name of a chain. */
interface OldCheckpoint {
  readonly kind: 'checkpoint';
  readonly time: string;
  readonly signature: string;
}

/**
 * Whether a line is a checkpoint of the first format, signed by this key. That format knew one chain, and signed neither
 * removals nor openings; nothing writes it any more.
 */
export function isOldCheckpoint({ seq, previous, entry }: ChainedLine, key: KeyObject): boolean {
  const { kind, time, signature } = entry as unknown as OldCheckpoint;
  if (kind !== 'checkpoint' || typeof signature !== 'string') return false;
  const statement = JSON.stringify(['polku audit checkpoint', seq - 1, previous, time]);
  return verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64url'));
}
