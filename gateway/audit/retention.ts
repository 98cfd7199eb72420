import { rm } from 'node:fs/promises';
import { entryOf } from './chain.js';
import { lastRecordOf } from './chainEnd.js';
import type { Removal } from './logEntry.js';
import { listSegments, type Segment, syncFolder } from './segments.js';

interface Expiry {
  readonly folder: string;
  /** The file that is being written. */
  readonly keep: Segment;
  readonly before: Date;
  /** Makes the removals durable in the log; only then are files removed. */
  readonly record: (removals: readonly Removal[]) => Promise<void>;
}

/** Removes the oldest files whose records are all over their time, whole, each by a record of its own. */
export async function removeExpired({ folder, keep, before, record }: Expiry): Promise<void> {
  const segments = await listSegments(folder);
  const expired: { segment: Segment; removal: Removal }[] = [];
  for (const segment of segments) {
    const last = segment.first < keep.first ? await lastRecordOf(segment) : undefined;
    if (!last || new Date(entryOf(last).time) >= before) break;
    const { name: file, first } = segment;
    const time = new Date().toISOString();
    const removal: Removal = { kind: 'removal', time, file, first, last: last.seq, lastHash: last.hash };
    expired.push({ segment, removal });
  }
  if (expired.length === 0) return;
  await record(expired.map(({ removal }) => removal));
  for (const { segment } of expired) {
    await rm(segment.path);
    await rm(`${segment.path}.torn`, { force: true });
  }
  await syncFolder(folder);
}
