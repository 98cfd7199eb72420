import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sync } from '../../lib/durableFile.js';
import { lastRecordOf } from './chainEnd.js';
import type { Removal } from './logEntry.js';
import { indexPath } from './personIndex.js';
import { listChains, type Segment, segmentsOf } from './segments.js';

const DAY_MS = 86_400_000;

/** The last record of a file. */
interface LastRecord {
  readonly seq: number;
  readonly hash: string;
  readonly time: string;
}

/**
 * Removes the oldest files of a chain, whole, when the retention of all their records is over.
 *
 * The clock alone does not decide: the log must also have entries on as many other days since. So each jump
 * of the clock counts as one day. Today does not count, because it may be such a day. Days without a running
 * gateway do not count either, because they look the same as a wrong clock.
 */
export class Retention {
  /** Last records of complete files. */
  readonly #ends = new Map<string, LastRecord | undefined>();

  /** @param days for how long records are retained */
  constructor(
    private readonly dataFolder: string,
    private readonly chain: string,
    private readonly days: number,
  ) {}

  /** Whether the retention of any file of the chain is over, the newest file included. */
  async hasExpired(): Promise<boolean> {
    return (await this.#expired(await segmentsOf(this.dataFolder, this.chain))).length > 0;
  }

  /** The files whose retention is over, oldest first, and the record that removes each. */
  async #expired(
    segments: readonly Segment[],
  ): Promise<{ readonly segment: Segment; readonly removal: Removal }[]> {
    const { days } = this;
    const time = new Date().toISOString();
    const expired: { segment: Segment; removal: Removal }[] = [];
    let activeDays: readonly string[] | undefined;
    for (const segment of segments) {
      const last = await readEnd(segment);
      if (!last || Date.parse(time) - Date.parse(last.time) < days * DAY_MS) break;
      activeDays ??= await this.#activeDays();
      const since = activeDays.filter((day) => day > dayOf(last.time) && day !== dayOf(time));
      if (since.length < days) break;
      const { name: file, first } = segment;
      const { seq, hash: lastHash, time: lastTime } = last;
      const removal: Removal = { kind: 'removal', time, file, first, last: seq, lastHash, lastTime, days };
      expired.push({ segment, removal });
    }
    return expired;
  }

  /** @param record makes the removals durable in the log, before any file is removed */
  async remove(record: (removals: readonly Removal[]) => Promise<void>): Promise<void> {
    const complete = (await segmentsOf(this.dataFolder, this.chain)).slice(0, -1);
    const expired = await this.#expired(complete);
    if (expired.length === 0) return;
    await record(expired.map(({ removal }) => removal));
    for (const { segment } of expired)
      for (const path of [segment.path, `${segment.path}.torn`, indexPath(segment.path)])
        await rm(path, { force: true });
    await sync(dirname(expired[0]!.segment.path));
  }

  /** The days on which some chain has entries. A running gateway writes some each day. */
  async #activeDays(): Promise<string[]> {
    const days = new Set<string>();
    for (const chain of await listChains(this.dataFolder)) {
      const segments = await segmentsOf(this.dataFolder, chain);
      const written = segments.at(-1);
      for (const segment of segments) {
        const last = await (segment === written ? readEnd(segment) : this.#endOf(segment));
        if (last) days.add(dayOf(last.time));
      }
    }
    return [...days];
  }

  async #endOf(segment: Segment): Promise<LastRecord | undefined> {
    if (!this.#ends.has(segment.path)) this.#ends.set(segment.path, await readEnd(segment));
    return this.#ends.get(segment.path);
  }
}

async function readEnd(segment: Segment): Promise<LastRecord | undefined> {
  const last = await lastRecordOf(segment);
  return last && { seq: last.seq, hash: last.hash, time: last.entry.time };
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}
