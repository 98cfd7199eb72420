import { PolkuError } from '../../../schema/polkuError.js';
import { lockByKernel } from '../../storage/kernelLock.js';

/**
 * Takes the data directory for one extraction.
 * @returns what releases the lock
 * @throws PolkuError EXTRACTION_RUNNING
 */
export function lockForExtraction(data: string): Promise<() => Promise<void>> {
  return lockByKernel(
    data,
    'extraction',
    () =>
      new PolkuError(
        'EXTRACTION_RUNNING',
        'Another extraction is writing to this data directory. Wait until it ends.',
      ),
  );
}
