import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CheckClient, LogChecks, Reconciliation } from '../../gateway/audit/oversight.js';
import type { UnusualAccess, UnusualPeriod } from '../../gateway/audit/unusualAccess.js';
import type { Verification } from '../../gateway/audit/verifyAuditLog.js';
import { type ErrorCode, PolkuError } from '../../lib/errors.js';
import { FairQueue } from '../../lib/fairQueue.js';
import { packageRoot } from '../../lib/packageRoot.js';

/** What a thread does. */
export type CheckTask = { readonly data: string } & (
  | { readonly kind: 'verify'; readonly key: string; readonly witness: string | undefined }
  | { readonly kind: 'reconcile'; readonly since: string }
  | { readonly kind: 'unusual'; readonly period: UnusualPeriod }
);

/** What a thread sends: lines that it has read so far, and in the end a result or a refusal. */
export type CheckMessage =
  | { readonly lines: number }
  | { readonly result: unknown }
  | { readonly refusal: { readonly code: ErrorCode; readonly message: string } };

/** A check that needs more memory ends, and the gateway continues. */
const HEAP_MB = 1_024;

/**
 * Checks of the audit log, each in a thread of its own, so that requests are answered meanwhile. One runs at
 * a time. When its client has gone, the thread ends.
 */
export class LogCheckThreads implements LogChecks {
  readonly #queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: 2 });

  /** @param key the public key of the log */
  constructor(
    private readonly data: string,
    private readonly key: KeyObject,
    private readonly witness: string | undefined,
  ) {}

  verify(client: CheckClient): Promise<Verification> {
    const key = this.key.export({ type: 'spki', format: 'pem' }).toString();
    return this.#run({ kind: 'verify', data: this.data, key, witness: this.witness }, client);
  }

  reconcile(since: string, client: CheckClient): Promise<Reconciliation> {
    return this.#run({ kind: 'reconcile', data: this.data, since }, client);
  }

  unusual(period: UnusualPeriod, client: CheckClient): Promise<UnusualAccess> {
    return this.#run({ kind: 'unusual', data: this.data, period }, client);
  }

  #run<Result>(task: CheckTask, { subject, client }: CheckClient): Promise<Result> {
    return this.#queue.run(subject, () => inThread<Result>(task, client), client);
  }
}

function inThread<Result>(task: CheckTask, client: CheckClient['client']): Promise<Result> {
  const thread = new Worker(join(packageRoot(), 'dist/cli/runtime/logCheckWorker.js'), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return new Promise<Result>((resolve, reject) => {
    thread.on('error', reject);
    thread.on('exit', () => reject(new Error('The thread ended without a result.')));
    thread.on('message', (message: CheckMessage) => {
      if ('result' in message) resolve(message.result as Result);
      else if ('refusal' in message) reject(new PolkuError(message.refusal.code, message.refusal.message));
      else endIfGone(client, reject);
    });
  }).finally(() => thread.terminate());
}

function endIfGone(client: CheckClient['client'], reject: (reason: unknown) => void): void {
  try {
    client?.throwIfAborted();
  } catch (reason) {
    reject(reason);
  }
}
