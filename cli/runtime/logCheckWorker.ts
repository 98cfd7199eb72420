import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Reconciliation } from '../../gateway/audit/oversight.js';
import { findRecords, logEntries } from '../../gateway/audit/readRecords.js';
import { reconcile } from '../../gateway/audit/reconcile.js';
import { UnusualAccessSearch } from '../../gateway/audit/unusualAccess.js';
import { verifyAuditLog } from '../../gateway/audit/verifyAuditLog.js';
import { PolkuError } from '../../lib/errors.js';
import { readDisclosureRecords } from '../../registry-kit/disclosureLog.js';
import type { CheckMessage, CheckTask } from './logChecks.js';

// The thread of logChecks.ts: does one task, tells from time to time how far it came, and ends.

const PROGRESS_LINES = 5_000;
/** A registry may note an answer a little before or after the gateway's record has its time. */
const SLACK_MS = 3_600_000;

function send(message: CheckMessage): void {
  parentPort!.postMessage(message);
}

async function resultOf(task: CheckTask): Promise<unknown> {
  const { data } = task;
  switch (task.kind) {
    case 'verify':
      return verifyAuditLog(data, {
        key: createPublicKey(task.key),
        witness: task.witness === undefined ? undefined : await witnessText(task.witness),
        onProgress: (lines) => send({ lines }),
      });
    case 'reconcile':
      return reconciliation(data, task.since);
    case 'unusual': {
      const search = new UnusualAccessSearch(task.period);
      for await (const entry of counted(logEntries(data, 'gateway'))) search.add(entry);
      return search.end();
    }
  }
}

async function reconciliation(data: string, since: string): Promise<Reconciliation> {
  const before = new Date(Date.parse(since) - SLACK_MS).toISOString();
  const disclosures = (await readDisclosureRecords(data)).filter(({ time }) => time >= before);
  const differences = await reconcile(counted(findRecords(data, { since: before })), disclosures, since);
  return {
    registries: [...new Set(disclosures.map(({ registry }) => registry))].sort(),
    since,
    differences,
  };
}

async function witnessText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new PolkuError('SOURCE_UNREADABLE', 'The witness of the audit log cannot be read now.');
  }
}

async function* counted<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  let lines = 0;
  for await (const item of items) {
    if (++lines % PROGRESS_LINES === 0) send({ lines });
    yield item;
  }
}

try {
  send({ result: await resultOf(workerData as CheckTask) });
} catch (error) {
  if (!(error instanceof PolkuError)) throw error;
  send({ refusal: { code: error.code, message: error.message } });
}
