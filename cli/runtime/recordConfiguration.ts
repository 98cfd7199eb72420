import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../lib/durableFile.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import type { Configuration } from '../configuration/configuration.js';
import { withoutPasswords } from '../configuration/withoutPasswords.js';

/**
 * Records the digest of the configuration with which a process starts, and whether it differs from that of
 * the last start over the same data directory.
 * @throws errors of the file system
 */
export async function recordConfiguration(
  configuration: Configuration,
  service: string,
  events: SecurityEvents,
): Promise<void> {
  const sha256 = createHash('sha256')
    .update(JSON.stringify(withoutPasswords(configuration)))
    .digest('hex');
  const folder = join(configuration.data, 'configuration-seen');
  const file = join(folder, service);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  events.record('configuration', { sha256, changed: before !== undefined && before !== sha256 });
  if (before === sha256) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeDurably(file, sha256);
}
