import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import { lockByProcess } from '../../../subgraphs/storage/processLock.js';
import { auditFolder } from '../../audit/segments.js';

/**
 * Takes the audit log of a data directory for this process: two gateways would break each other's chain.
 * @returns what releases it
 * @throws PolkuError AUDIT_LOCKED
 */
export async function lockAuditLog(data: string): Promise<() => Promise<void>> {
  const folder = auditFolder(data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, '.lock');
  return lockByProcess(
    path,
    (owner) =>
      new PolkuError(
        'AUDIT_LOCKED',
        `Another gateway${owner === undefined ? '' : ` (process ${owner})`} writes the audit log of ${data}. Give each a ` +
          `data directory of its own; if none is running, remove ${path}.`,
      ),
  );
}
