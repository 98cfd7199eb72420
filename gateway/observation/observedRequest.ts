import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import type { ClientSignal } from '../../federation/supergraph/clientSignal.js';
import { ERROR_TYPE, failSpan, noTracer, type SpanTracer, traceparentOf } from '../../lib/tracing.js';
import { whenEnded } from '../../lib/whenEnded.js';
import { NO_PURPOSE, type RequestMetrics } from './requestMetrics.js';
import type { ObservedEnd, ObserveRequest, RequestObservation, Stage } from './requestObservation.js';

/** Observes requests by metrics and, where a tracer is given, by spans. */
export function observeBy(metrics: RequestMetrics, tracer: SpanTracer = noTracer): ObserveRequest {
  return (decisionId) => new ObservedRequest(metrics, tracer, decisionId);
}

/**
 * One request: a span of the server with a child for each stage, and for each fetch below the stage
 * `execute`. A client's own `traceparent` is ignored (docs/decisions/observability.md).
 */
class ObservedRequest implements RequestObservation {
  readonly #began = performance.now();
  readonly #span: Span;
  /** The parent of spans that begin now; undefined if this request is not sampled. */
  #parent: Context | undefined;
  readonly unsampled: string | undefined;
  #purpose = NO_PURPOSE;

  constructor(
    private readonly metrics: RequestMetrics,
    private readonly tracer: SpanTracer,
    decisionId: string,
  ) {
    metrics.inFlight.inc();
    const attributes = { 'polku.decision_id': decisionId };
    this.#span = tracer.startSpan('request', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
    if (this.#span.isRecording()) this.#parent = trace.setSpan(ROOT_CONTEXT, this.#span);
    else this.unsampled = traceparentOf(this.#span);
  }

  stage<T>(stage: Stage, work: () => T | Promise<T>): T | Promise<T> {
    const outer = this.#parent;
    const span = this.#startSpan(stage, SpanKind.INTERNAL, { 'polku.stage': stage });
    if (span) this.#parent = trace.setSpan(ROOT_CONTEXT, span);
    const began = performance.now();
    return whenEnded(work, (failure) => {
      this.metrics.stageDuration.of(stage).observe(secondsSince(began));
      if (!span) return;
      if (failure) failSpan(span, failure.error);
      span.end();
      this.#parent = outer;
    });
  }

  fetch<T>(
    subgraph: string,
    signal: ClientSignal | undefined,
    send: (traceparent: string | undefined) => Promise<T>,
  ): Promise<T> {
    const span = this.#startSpan(`fetch ${subgraph}`, SpanKind.CLIENT, { 'polku.subgraph': subgraph });
    const began = performance.now();
    return whenEnded(
      () => send(span && traceparentOf(span)),
      (failure) => {
        const outcome = !failure ? 'answered' : signal?.aborted ? 'abandoned' : 'failed';
        this.metrics.fetchDuration.of(subgraph, outcome).observe(secondsSince(began));
        if (!span) return;
        if (failure) failSpan(span, failure.error);
        span.setAttribute('polku.outcome', outcome).end();
      },
    );
  }

  notePurpose(purpose: string): void {
    this.#purpose = purpose;
    this.#span.setAttribute('polku.purpose', purpose);
  }

  noteOperation(hash: string): void {
    this.#span.setAttribute('polku.operation.hash', hash);
  }

  noteRefused(owners: Iterable<string>): void {
    const purpose = this.#purpose;
    for (const owner of new Set(owners)) this.metrics.refusals.inc({ owner, purpose });
  }

  end({ status, outcome, codes }: ObservedEnd): void {
    const { requests, requestDuration, errors, inFlight } = this.metrics;
    const purpose = this.#purpose;
    inFlight.dec();
    requests.inc({ purpose, outcome });
    requestDuration.of(purpose).observe(secondsSince(this.#began));
    for (const code of new Set(codes)) errors.inc({ code });
    const [code] = codes;
    if (code) this.#span.setAttribute(ERROR_TYPE, code);
    this.#span.setAttributes({ 'http.response.status_code': status, 'polku.outcome': outcome }).end();
  }

  #startSpan(name: string, kind: SpanKind, attributes: Readonly<Record<string, string>>): Span | undefined {
    return this.#parent && this.tracer.startSpan(name, { kind, attributes }, this.#parent);
  }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
