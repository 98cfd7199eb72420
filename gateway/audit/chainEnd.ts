import { open } from 'node:fs/promises';
import { CHAIN_START, type ChainEnd, type ChainedLine } from './chain.js';
import type { Segment } from './segments.js';
import { changed, readTail, recordsBackwards } from './tail.js';

/** The last whole record of a file. */
export async function lastRecordOf({ path }: Segment): Promise<ChainedLine | undefined> {
  const file = await open(path, 'r');
  try {
    return (await readTail(file)).last;
  } finally {
    await file.close();
  }
}

/** Where a chain ends, and how far back its last checkpoint lies. */
export interface EndOfChain {
  readonly last: ChainedLine | undefined;
  readonly checkpoint: ChainedLine | undefined;
  /** Records after the checkpoint; all where there is none. */
  readonly unproven: number;
}

/**
 * Walks back from the end of a chain to its last checkpoint.
 * @param segments in the order of the chain
 * @throws PolkuError AUDIT_UNAVAILABLE where a record on the way was changed after it was written
 */
export async function readEnd(segments: readonly Segment[]): Promise<EndOfChain> {
  let last: ChainedLine | undefined;
  let next: ChainedLine | undefined;
  let unproven = 0;
  for (const { path } of segments.toReversed()) {
    const file = await open(path, 'r');
    try {
      for await (const record of recordsBackwards(file, (await readTail(file)).end)) {
        if (next && (next.previous !== record.hash || next.seq !== record.seq + 1)) throw changed();
        last ??= record;
        next = record;
        if (record.entry.kind === 'checkpoint') return { last, checkpoint: record, unproven };
        unproven += 1;
      }
    } finally {
      await file.close();
    }
  }
  return { last, checkpoint: undefined, unproven };
}

/** What a chain goes on from. @throws where its last file is empty and those before it are missing */
export function chainEndOf({ last }: EndOfChain, { first, name }: Segment): ChainEnd {
  if (last) return { seq: last.seq, hash: last.hash };
  if (first === 1) return CHAIN_START;
  throw new Error(`The records before ${name} are missing, so the chain cannot go on.`);
}
