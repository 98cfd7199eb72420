import { open } from 'node:fs/promises';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import type { AuditRecord } from './auditRecord.js';
import { readLine } from './chain.js';
import { linesBackwards } from './chainEnd.js';
import { listChains, segmentsOf } from './segments.js';

/** The most bytes of a chain that are read for one question. */
const MOST_BYTES = 64 * 2 ** 20;

/** The time of a decision. */
const TIME = /^\{"seq":\d+,"previous":"[0-9a-f]{64}","kind":"decision","time":"([^"]+)"/;

/** How often one kind of requester asked for a field. It names no person. */
export interface FieldUseCount {
  readonly recipient: string;
  readonly purpose: string;
  readonly roles: readonly string[];
  /** Requests that asked for the field and could see it. */
  readonly shown: number;
  /** Requests that asked for the field and could not see it. */
  readonly withheld: number;
}

export interface FieldUse {
  /** From when on requests are counted; ISO 8601. */
  readonly since: string;
  /** Whether this is as far back as was asked for. If not, the log is too long to read. */
  readonly isComplete: boolean;
  /** Most requests first. */
  readonly counts: readonly FieldUseCount[];
}

/** The source of numbers about who asks for a field, since a time. */
export interface FieldUseSource {
  (coordinate: string, since: string, client: TaskClient | undefined): Promise<FieldUse>;
}

interface FieldUseQuestion {
  /** `Type.field` */
  readonly coordinate: string;
  /** Not before this time; ISO 8601. */
  readonly since: string;
  /** If it disconnects, reading ends. */
  readonly client?: TaskClient | undefined;
  /** The most bytes of each chain that are read. */
  readonly mostBytes?: number;
}

/**
 * Counts the requests for a field by recipient, purpose and roles. It reads each chain backwards from its
 * end, so that a long log costs no more than a bounded part of it.
 * @throws the client's reason if it has disconnected
 */
export async function readFieldUse(dataFolder: string, question: FieldUseQuestion): Promise<FieldUse> {
  const counts = new Map<string, FieldUseCount>();
  let since = question.since;
  for (const chain of await listChains(dataFolder)) {
    const reached = await countChain(dataFolder, chain, question, (record) => count(record));
    if (reached > since) since = reached;
  }
  return {
    since,
    isComplete: since === question.since,
    counts: [...counts.values()].sort(
      (a, b) => b.shown + b.withheld - (a.shown + a.withheld) || (keyOf(a) < keyOf(b) ? -1 : 1),
    ),
  };

  function count({ recipient, purpose, roles, coordinates, withheld }: AuditRecord): void {
    const isShown = coordinates.includes(question.coordinate);
    if (purpose === undefined || !(isShown || withheld.includes(question.coordinate))) return;
    const key = keyOf({ recipient, purpose, roles });
    const known = counts.get(key) ?? { recipient, purpose, roles, shown: 0, withheld: 0 };
    const [shown, refused] = isShown ? [1, 0] : [0, 1];
    counts.set(key, { ...known, shown: known.shown + shown, withheld: known.withheld + refused });
  }
}

function keyOf({ recipient, purpose, roles }: Pick<FieldUseCount, 'recipient' | 'purpose' | 'roles'>) {
  return JSON.stringify([recipient, purpose, roles]);
}

/** @returns from when on the chain was read: the time that was asked for, or a later one */
async function countChain(
  dataFolder: string,
  chain: string,
  { coordinate, since, client, mostBytes = MOST_BYTES }: FieldUseQuestion,
  count: (record: AuditRecord) => void,
): Promise<string> {
  const scheduler = new CooperativeScheduler();
  const quoted = JSON.stringify(coordinate);
  let bytes = 0;
  let reached: string | undefined;
  for (const { path } of (await segmentsOf(dataFolder, chain)).toReversed()) {
    const file = await open(path, 'r');
    try {
      for await (const text of linesBackwards(file, (await file.stat()).size)) {
        client?.throwIfAborted();
        if (scheduler.shouldYield) await scheduler.yield();
        const time = TIME.exec(text)?.[1] ?? reached;
        if (time !== undefined && time < since) return since;
        bytes += text.length;
        if (bytes > mostBytes) return reached ?? new Date().toISOString();
        reached = time;
        if (!text.includes(quoted)) continue;
        const entry = readLine(text)?.entry;
        if (entry?.kind === 'decision') count(entry);
      }
    } finally {
      await file.close();
    }
  }
  return since;
}
