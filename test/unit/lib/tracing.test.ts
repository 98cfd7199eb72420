import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import { PolkuError } from '../../../lib/errors.js';
import { failSpan, noTracer, remoteContext, samplingTracer, traceparentOf } from '../../../lib/tracing.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');

describe('a trace over two processes', () => {
  it('continues in the context of its header', () => {
    const span = tracer.startSpan('there', {}, ROOT_CONTEXT);
    const continued = tracer.startSpan('here', {}, remoteContext(traceparentOf(span)));
    expect(continued.spanContext().traceId).toBe(span.spanContext().traceId);
    expect(traceparentOf(span)).toBe(`00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`);
  });

  it.each([
    ['nothing', undefined],
    ['no header of the version', `01-${TRACE}-${SPAN}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['more text', `00-${TRACE}-${SPAN}-01-010190-999W`],
    ['two headers', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ])('begins anywhere else for %s', (_, header) => {
    expect(remoteContext(header)).toBe(ROOT_CONTEXT);
  });

  it('keeps the choice of the other process whether it is sampled', () => {
    const flags = (text: string) =>
      trace.getSpanContext(remoteContext(`00-${TRACE}-${SPAN}-${text}`))!.traceFlags;
    expect([flags('00'), flags('01'), flags('ff')]).toEqual([0, 1, 1]);
  });

  it('has no header where nothing traces', () => {
    expect(traceparentOf(noTracer.startSpan('a', {}, ROOT_CONTEXT))).toBeUndefined();
  });
});

describe('a tracer of a share of the traces', () => {
  const isSampled = (ratio: number, parent = ROOT_CONTEXT) =>
    samplingTracer(tracer, ratio).startSpan('one', {}, parent).isRecording();

  it('records that share', () => {
    expect([isSampled(0), isSampled(1)]).toEqual([false, true]);
    const sampled = Array.from({ length: 2_000 }, () => isSampled(0.3)).filter(Boolean).length;
    // Further from 600 than ten standard deviations: once in 10^23 runs.
    expect(Math.abs(sampled - 600)).toBeLessThan(205);
  });

  it('leaves the choice to the process where the trace began', () => {
    expect(isSampled(0, remoteContext(`00-${TRACE}-${SPAN}-01`))).toBe(true);
    expect(isSampled(1, remoteContext(`00-${TRACE}-${SPAN}-00`))).toBe(false);
  });

  it('gives other processes the choice not to sample', () => {
    const header = traceparentOf(samplingTracer(tracer, 0).startSpan('one', {}, ROOT_CONTEXT));
    expect(isSampled(1, remoteContext(header))).toBe(false);
  });
});

describe('a failed span', () => {
  const failed = (error: unknown) => {
    const span: Span = tracer.startSpan('failed', {}, ROOT_CONTEXT);
    failSpan(span, error);
    span.end();
    return exporter.getFinishedSpans().at(-1)!;
  };

  it('has the code of its error and no message', () => {
    const { attributes, status, events } = failed(new PolkuError('AUDIT_UNAVAILABLE', 'secret text'));
    expect({ attributes, status, events }).toEqual({
      attributes: { 'error.type': 'AUDIT_UNAVAILABLE' },
      status: { code: SpanStatusCode.ERROR },
      events: [],
    });
    expect(failed(new Error('secret text')).attributes).toEqual({ 'error.type': 'INTERNAL_SERVER_ERROR' });
  });
});
