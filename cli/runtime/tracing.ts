import { setTimeout as sleep } from 'node:timers/promises';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import { PolkuError } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import { isLoopback } from '../../lib/loopback.js';
import { packageVersion } from '../../lib/packageRoot.js';
import { readPrivateFile } from '../../lib/secretFile.js';
import { noTracer, samplingTracer, type SpanTracer } from '../../lib/tracing.js';
import type { TracingConfiguration } from '../configuration/configuration.js';

/** The tracer of a process, and what ends it. */
export interface Tracing {
  readonly tracer: SpanTracer;
  /** Sends the spans that wait, for a few seconds at most. */
  close(): Promise<void>;
}

const EXPORT_MS = 3_000;
/** A collector that is down is reported once in this time. */
const REPORT_AGAIN_MS = 60_000;
const HEADER_LINE = /^([\w-]+): *([\x20-\x7e]+)$/;

/**
 * Records spans and sends them to a collector: OTLP over HTTP, as JSON. The OpenTelemetry SDK is loaded only
 * where a collector is configured, and nothing of it is global.
 * @param service the name of the process in traces
 * @throws PolkuError USAGE, SECRET_INVALID
 */
export async function openTracing(
  service: string,
  { endpoint, sampleRatio, headers }: TracingConfiguration,
  log: Log,
): Promise<Tracing> {
  if (endpoint === undefined) return { tracer: noTracer, close: async () => {} };
  const collector = {
    url: readEndpoint(endpoint),
    headers: headers === undefined ? {} : readHeaders(await readPrivateFile(headers), headers),
    timeoutMillis: EXPORT_MS,
  };
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, sdk] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-node'),
  ]);
  const exporter = new OTLPTraceExporter(collector);
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': packageVersion() }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [
      new sdk.BatchSpanProcessor(reporting(exporter, log), { exportTimeoutMillis: EXPORT_MS }),
    ],
  });
  return {
    tracer: samplingTracer(provider.getTracer('polku', packageVersion()), sampleRatio),
    close: () =>
      Promise.race([provider.shutdown().catch(() => {}), sleep(EXPORT_MS, undefined, { ref: false })]),
  };
}

/** The same exporter, which reports that spans are lost. */
function reporting(exporter: SpanExporter, log: Log): SpanExporter {
  let reportedAt = -Infinity;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const now = performance.now();
        // 0 is success (ExportResultCode).
        if (result.code !== 0 && now - reportedAt > REPORT_AGAIN_MS) {
          reportedAt = now;
          log.write('spans-lost', 'The collector does not accept spans, so they are dropped.');
        }
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

/** Spans say who works for what purpose at what time, so they leave this machine over TLS only. */
function readEndpoint(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname))
    throw new PolkuError(
      'USAGE',
      'tracing.endpoint needs https; plain http is accepted on this machine only (http://localhost:4318).',
    );
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return new URL('v1/traces', url).href;
}

/** @throws PolkuError SECRET_INVALID, without the text */
function readHeaders(text: string, file: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line, at) => {
      const [, name, value] = HEADER_LINE.exec(line) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new PolkuError(
        'SECRET_INVALID',
        `The file ${file} must hold a header on each line, such as "Authorization: Bearer ..."; line ${at + 1} does not.`,
        { file },
      );
    }),
  );
}
