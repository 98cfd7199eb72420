import { open } from 'node:fs/promises';
import { CHAIN_START, type ChainEnd, type ChainedLine } from './chain.js';
import type { Segment } from './segments.js';
import { readTail } from './tail.js';

/** The last whole record of a file. */
export async function lastRecordOf({ path }: Segment): Promise<ChainedLine | undefined> {
  const file = await open(path, 'r');
  try {
    return (await readTail(file)).last;
  } finally {
    await file.close();
  }
}

/** What an empty file goes on from: the last record of the files before it. */
export async function lastOf(before: readonly Segment[], empty: Segment): Promise<ChainEnd> {
  for (const segment of before.toReversed()) {
    const last = await lastRecordOf(segment);
    if (last) return last;
  }
  if (empty.first === 1) return CHAIN_START;
  throw new Error(`The records before ${empty.name} are missing, so the chain cannot go on.`);
}
