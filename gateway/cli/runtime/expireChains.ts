import { PolkuError } from '../../../schema/polkuError.js';
import { type AuditLogOptions, openAuditLog } from '../../audit/auditLog.js';
import { listChains, type Writer } from '../../audit/chains.js';
import { Retention } from '../../audit/retention.js';
import { lockAuditChain } from './auditLock.js';

const DAY_MS = 86_400_000;

type ExpiryOptions = Omit<AuditLogOptions, 'writer' | 'limits' | 'retentionDays'> & {
  readonly retentionDays: number;
};

/**
 * Removes each day what is over its time from the chains of the audit log that the gateway does not write: their own writers
 * may never run again. A chain that is being written waits for the next day.
 * @returns what stops it
 */
export function expireOtherChains(data: string, options: ExpiryOptions): () => Promise<void> {
  let running = Promise.resolve();
  const run = (): void => {
    running = running.then(() => expireAll(data, options)).catch(options.report);
  };
  run();
  const timer = setInterval(run, DAY_MS).unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}

async function expireAll(data: string, options: ExpiryOptions): Promise<void> {
  for (const chain of await listChains(data)) {
    if (chain === 'gateway') continue;
    if (!(await new Retention(data, chain, options.retentionDays).hasExpired())) continue;
    const unlock = await lockAuditChain(data, chain as Writer).catch((cause: unknown) => {
      if (cause instanceof PolkuError && cause.code === 'AUDIT_LOCKED') return undefined;
      throw cause;
    });
    if (!unlock) continue;
    try {
      // Opening it does so.
      await (await openAuditLog(data, { ...options, writer: chain as Writer })).close();
    } finally {
      await unlock();
    }
  }
}
