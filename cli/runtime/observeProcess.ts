import { Registry } from 'prom-client';
import type { Log } from '../../lib/log.js';
import type { Readiness } from '../../lib/readiness.js';
import type { SpanTracer } from '../../lib/tracing.js';
import type { Configuration } from '../configuration/configuration.js';
import { scrapePage, serveAdmin } from './adminServer.js';
import { processMetrics } from './processMetrics.js';
import { loggedReadiness, probePages } from './readinessChecks.js';
import { addReadinessMetrics } from './stateMetrics.js';
import { openTracing } from './tracing.js';

/** What operators see of a process: the pages of its listener, traces, and whether it is ready. */
export interface ProcessObservation {
  /** The metrics. Other parts of the process add theirs. */
  readonly metrics: Registry;
  readonly tracer: SpanTracer;
  readonly readiness: Readiness;
  /** The address of the listener; undefined without admin.port. */
  readonly admin: URL | undefined;
  /** Whether anybody sees metrics or traces. */
  readonly isOn: boolean;
  close(): Promise<void>;
}

/**
 * Opens the listener for operators and the traces of a process, each where it is configured.
 * @param service the name of the process in traces
 * @throws PolkuError USAGE, ADDRESS_IN_USE, SECRET_INVALID
 */
export async function observeProcess(
  service: string,
  { data, ...configuration }: Configuration,
  log: Log,
): Promise<ProcessObservation> {
  const tracing = await openTracing(service, configuration.tracing, log);
  // Metrics of Node.js watch the event loop and garbage collection all the time: for a reader only.
  const metrics = configuration.admin.port === undefined ? new Registry() : processMetrics(data);
  const readiness = loggedReadiness(log);
  addReadinessMetrics(metrics, readiness);
  const pages = { '/metrics': () => scrapePage(metrics), ...probePages(readiness) };
  const admin = await serveAdmin(configuration.admin, pages, log);
  return {
    metrics,
    tracer: tracing.tracer,
    readiness,
    admin: admin?.url,
    isOn: admin !== undefined || configuration.tracing.endpoint !== undefined,
    async close() {
      await tracing.close();
      await admin?.close();
    },
  };
}
