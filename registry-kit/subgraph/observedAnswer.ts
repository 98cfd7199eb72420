import { type Context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { Counter, type Registry } from 'prom-client';
import type { ErrorCode } from '../../lib/errors.js';
import { DurationHistogram } from '../../lib/metrics.js';
import { ERROR_TYPE, failSpan, noTracer, remoteContext, type SpanTracer } from '../../lib/tracing.js';
import { whenEnded } from '../../lib/whenEnded.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';

/** What operators learn about one request to a registry in its own process: metrics and spans. */
export interface AnswerObservation {
  /**
   * The request is from the gateway. Only now a trace begins, so nobody else can add to a trace.
   * @param traceparent the header by which the gateway's trace continues
   */
  noteVerified(
    context: Pick<DecisionContext, 'decisionId' | 'purpose'>,
    traceparent: string | undefined,
  ): void;
  /** Runs the operation. */
  execute<T>(work: () => Promise<T>): Promise<T>;
  /** Called once. @param code why the request was refused */
  end(code: ErrorCode | undefined): void;
}

/** Begins to observe a request. */
export type ObserveAnswer = () => AnswerObservation;

/** Nobody learns anything. */
export const unobservedAnswer: AnswerObservation = {
  noteVerified() {},
  execute: (work) => work(),
  end() {},
};

/** The metrics of a registry in its own process (docs/metrics.md). */
export class AnswerMetrics {
  readonly requests: Counter;
  readonly refusals: Counter;
  readonly duration: DurationHistogram;

  constructor(
    registry: Registry,
    readonly subgraph: string,
  ) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'polku_subgraph_requests_total',
      help: 'Requests to a registry in its own process by outcome: answered, refused.',
      labelNames: ['subgraph', 'outcome'],
      registers,
    });
    this.refusals = new Counter({
      name: 'polku_subgraph_refusals_total',
      help: 'Requests that a registry in its own process refused, by error code (docs/errors.md).',
      labelNames: ['subgraph', 'code'],
      registers,
    });
    this.duration = new DurationHistogram(registry, {
      name: 'polku_subgraph_request_duration_seconds',
      help: 'Time of requests to a registry in its own process.',
      labelNames: ['subgraph'],
    });
    for (const outcome of ['answered', 'refused']) this.requests.inc({ subgraph, outcome }, 0);
  }
}

/** Observes requests by metrics and, where a tracer is given, by spans. */
export function observeAnswersBy(metrics: AnswerMetrics, tracer: SpanTracer = noTracer): ObserveAnswer {
  return () => new ObservedAnswer(metrics, tracer);
}

/** One request: a span below the gateway's fetch, with a child for the proof and one for the operation. */
class ObservedAnswer implements AnswerObservation {
  readonly #began = performance.now();
  #span: Span | undefined;

  constructor(
    private readonly metrics: AnswerMetrics,
    private readonly tracer: SpanTracer,
  ) {}

  noteVerified(
    { decisionId, purpose }: Pick<DecisionContext, 'decisionId' | 'purpose'>,
    traceparent: string | undefined,
  ): void {
    const { subgraph } = this.metrics;
    const span = this.tracer.startSpan(
      `answer ${subgraph}`,
      {
        kind: SpanKind.SERVER,
        startTime: this.#began,
        attributes: {
          'polku.subgraph': subgraph,
          'polku.decision_id': decisionId,
          'polku.purpose': purpose,
        },
      },
      remoteContext(traceparent),
    );
    if (!span.isRecording()) return;
    this.#span = span;
    this.#child('verify', this.#began).end();
  }

  execute<T>(work: () => Promise<T>): Promise<T> {
    const span = this.#span && this.#child('execute');
    if (!span) return work();
    return whenEnded(work, (failure) => {
      if (failure) failSpan(span, failure.error);
      span.end();
    });
  }

  end(code: ErrorCode | undefined): void {
    const { subgraph, requests, refusals, duration } = this.metrics;
    const outcome = code === undefined ? 'answered' : 'refused';
    requests.inc({ subgraph, outcome });
    if (code !== undefined) refusals.inc({ subgraph, code });
    duration.of(subgraph).observe((performance.now() - this.#began) / 1000);
    if (code !== undefined) this.#span?.setAttribute(ERROR_TYPE, code);
    this.#span?.setAttribute('polku.outcome', outcome).end();
  }

  #child(stage: string, startTime = performance.now()): Span {
    const parent: Context = trace.setSpan(ROOT_CONTEXT, this.#span!);
    return this.tracer.startSpan(stage, { startTime, attributes: { 'polku.stage': stage } }, parent);
  }
}
