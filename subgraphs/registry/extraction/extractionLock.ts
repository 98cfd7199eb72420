import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import { lockByProcess } from '../../storage/processLock.js';

/**
 * Takes the data directory for one extraction: `<data>/.extracting` holds the number of the process.
 * @returns what releases the lock
 * @throws PolkuError EXTRACTION_RUNNING
 */
export function lockForExtraction(data: string): Promise<() => Promise<void>> {
  const path = join(data, '.extracting');
  return lockByProcess(
    path,
    (owner) =>
      new PolkuError(
        'EXTRACTION_RUNNING',
        `Another extraction${owner === undefined ? '' : ` (process ${owner})`} is writing to this data directory. Wait ` +
          `until it ends; if none is running, remove ${path}.`,
      ),
  );
}
