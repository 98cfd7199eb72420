import {
  type Context,
  isSpanContextValid,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { PolkuError } from './errors.js';

/** What starts spans. Their parents are explicit; the root context begins a trace. */
export type SpanTracer = Pick<Tracer, 'startSpan'>;

/** Records nothing. */
export const noTracer: SpanTracer = new ProxyTracerProvider().getTracer('polku');

/** The span of every request that is not sampled. Its ids name no trace; its flag says so to registries. */
const NOT_SAMPLED = trace.wrapSpanContext({
  traceId: '1'.padStart(32, '0'),
  spanId: '1'.padStart(16, '0'),
  traceFlags: TraceFlags.NONE,
});

/**
 * Starts the spans of a share of the traces. The others are not drawn by the sampler of the SDK, because it
 * samples after it has made ids, and then makes a span.
 */
export function samplingTracer(tracer: SpanTracer, ratio: number): SpanTracer {
  return {
    startSpan: (name, options, parent) =>
      parent === ROOT_CONTEXT && Math.random() >= ratio
        ? NOT_SAMPLED
        : tracer.startSpan(name, options, parent),
  };
}

/** The attribute for the code of an error (OpenTelemetry semantic conventions). */
export const ERROR_TYPE = 'error.type';

/** Marks a span as failed by the code of an error. Messages may quote a request, so no span has one. */
export function failSpan(span: Span, error: unknown): void {
  const code = error instanceof PolkuError ? error.code : 'INTERNAL_SERVER_ERROR';
  span.setAttribute(ERROR_TYPE, code).setStatus({ code: SpanStatusCode.ERROR });
}

/**
 * The header by which another process continues the trace of a span (W3C Trace Context, version 00);
 * undefined where nothing traces.
 */
export function traceparentOf(span: Span): string | undefined {
  const spanContext = span.spanContext();
  if (!isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The context in which spans continue a trace of another process; the root context for any other text. */
export function remoteContext(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED;
  const parent = { traceId: traceId ?? '', spanId: spanId ?? '', traceFlags, isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}
