// A collector in one file, for a look at traces: it accepts OTLP over HTTP (JSON) on this machine and prints each
// trace as a tree. node deploy/printTraces.mjs [port]
import { createServer } from 'node:http';
import { basename } from 'node:path';

const PATH = '/v1/traces';
/** Processes send their spans every five seconds, so a trace is complete a little later. */
const QUIET_MS = 6_000;

/** The spans of an export request (ExportTraceServiceRequest), with the name of the service that sent them. */
export function spansOf(body) {
  return (JSON.parse(body).resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const service = attributesOf(resource?.attributes)['service.name'];
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map(
        ({ name, traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano, attributes }) => ({
          service,
          name,
          traceId,
          spanId,
          parentSpanId: parentSpanId || undefined,
          startNs: BigInt(startTimeUnixNano),
          endNs: BigInt(endTimeUnixNano),
          attributes: attributesOf(attributes),
        }),
      ),
    );
  });
}

function attributesOf(list = []) {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** The spans of one trace as a tree: a line for each span, below its parent, in the order of their start. */
export function treeOf(spans) {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const lines = [];
  const add = (span, level) => {
    const milliseconds = (Number(span.endNs - span.startNs) / 1e6).toFixed(2);
    const attributes = Object.entries(span.attributes).map(([key, value]) => `${key}=${value}`);
    lines.push(
      `${'  '.repeat(level)}${span.service} ${span.name} ${milliseconds} ms ${attributes.join(' ')}`.trimEnd(),
    );
    for (const child of below(span.spanId)) add(child, level + 1);
  };
  const below = (parent) =>
    spans
      .filter(({ parentSpanId }) => (parent ? parentSpanId === parent : !ids.has(parentSpanId)))
      .sort((a, b) => (a.startNs < b.startNs ? -1 : 1));
  for (const root of below(undefined)) add(root, 0);
  return lines.join('\n');
}

/**
 * Accepts spans on this machine.
 * @param port 0 takes a free one
 * @param receive gets the spans of each request, and its body
 */
export async function startCollector(port, receive) {
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.method !== 'POST' || request.url !== PATH) return response.writeHead(404).end();
    const body = Buffer.concat(parts).toString('utf8');
    receive(spansOf(body), body);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

if (basename(process.argv[1] ?? '') === 'printTraces.mjs') {
  const traces = new Map();
  const { url } = await startCollector(Number(process.argv[2] ?? 4318), (spans) => {
    for (const span of spans) {
      const { traceId } = span;
      const trace = traces.get(traceId) ?? { spans: [] };
      traces.set(traceId, trace);
      trace.spans.push(span);
      clearTimeout(trace.timer);
      trace.timer = setTimeout(() => {
        traces.delete(traceId);
        console.log(`trace ${traceId}\n${treeOf(trace.spans)}\n`);
      }, QUIET_MS);
    }
  });
  console.log(`Set tracing.endpoint to ${url}; traces are printed here.`);
}
