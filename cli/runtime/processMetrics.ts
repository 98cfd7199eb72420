import { statfs } from 'node:fs/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { addReadings } from '../../lib/metrics.js';
import { packageVersion } from '../../lib/packageRoot.js';

/**
 * The metrics that every process of Polku has, and those of Node.js. Other parts of the process add theirs.
 * @param data the data folder
 */
export function processMetrics(data: string): Registry {
  const registry = new Registry();
  addReadings(
    registry,
    {
      name: 'polku_build_info',
      help: 'Always 1; the labels say which Polku runs, and on which Node.js.',
      labelNames: ['version', 'node'],
    },
    () => [{ labels: { version: packageVersion(), node: process.version }, value: 1 }],
  );
  addReadings(
    registry,
    {
      name: 'polku_time_seconds',
      help: 'The clock of the process. Compare it with timestamp(polku_time_seconds), the clock of Prometheus.',
    },
    () => [{ value: Date.now() / 1000 }],
  );
  addReadings(
    registry,
    {
      name: 'polku_data_free_bytes',
      help: 'Bytes that are free on the disk of the data folder, where the audit log is.',
    },
    () =>
      statfs(data).then(
        ({ bavail, bsize }) => [{ value: bavail * bsize }],
        () => [],
      ),
  );
  collectDefaultMetrics({ register: registry });
  return registry;
}
