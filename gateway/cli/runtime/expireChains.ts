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
    // One that cannot be opened must not keep the others for ever.
    if (chain !== 'gateway') await expire(data, chain as Writer, options).catch(options.report);
  }
}

async function expire(data: string, writer: Writer, options: ExpiryOptions): Promise<void> {
  if (!(await new Retention(data, writer, options.retentionDays).hasExpired())) return;
  const unlock = await lockAuditChain(data, writer).catch((cause: unknown) => {
    if (cause instanceof PolkuError && cause.code === 'AUDIT_LOCKED') return undefined;
    throw cause;
  });
  if (!unlock) return;
  try {
    // Opening it does so.
    await (await openAuditLog(data, { ...options, writer })).close();
  } finally {
    await unlock();
  }
}
