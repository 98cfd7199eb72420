import { PolkuError } from '../../../schema/polkuError.js';
import { lockByKernel } from '../../../subgraphs/storage/kernelLock.js';
import type { Writer } from '../../audit/chains.js';

const WRITERS: Readonly<Record<Writer, string>> = {
  gateway: 'Another gateway serves this data directory',
  training: 'Another training runs over this data directory',
  evaluation: 'Another evaluation runs over this data directory',
  permit: 'Another extraction for a permit runs over this data directory',
};

/**
 * Takes a chain of the audit log of a data directory for this process: two writers would break the chain. The gateway's
 * also keeps a second gateway away from the directory.
 * @returns what releases it
 * @throws PolkuError AUDIT_LOCKED
 */
export function lockAuditChain(data: string, writer: Writer): Promise<() => Promise<void>> {
  return lockByKernel(
    data,
    `audit-${writer}`,
    () =>
      new PolkuError(
        'AUDIT_LOCKED',
        `${WRITERS[writer]}, and writes the chain "${writer}" of its audit log. Wait until it ends, or stop it.`,
      ),
  );
}
