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

/** Records nothing. */
export const noTracer: Tracer = new ProxyTracerProvider().getTracer('polku');

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
