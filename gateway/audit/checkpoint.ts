import { type KeyObject, sign, verify } from 'node:crypto';
import type { ChainEnd } from './chain.js';
import type { Checkpoint } from './logEntry.js';

/** Signs the end of a chain, as the entry that follows it. */
export function signCheckpoint(end: ChainEnd, time: string, key: KeyObject): Checkpoint {
  return {
    kind: 'checkpoint',
    time,
    signature: sign(null, statement(end, time), key).toString('base64url'),
  };
}

/** Whether a checkpoint was signed for this end of a chain. */
export function isSigned({ time, signature }: Checkpoint, end: ChainEnd, key: KeyObject): boolean {
  return verify(null, statement(end, time), key, Buffer.from(signature, 'base64url'));
}

/** The first words keep it apart from whatever else the key might sign. */
function statement({ seq, hash }: ChainEnd, time: string): Buffer {
  return Buffer.from(JSON.stringify(['polku audit checkpoint', seq, hash, time]));
}
