import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ClientSignal } from '../../../../federation/supergraph/clientSignal.js';
import type { FetchContext } from '../../../../federation/supergraph/dataSource.js';
import { observeBy } from '../../../../gateway/observation/observedRequest.js';
import { observedSource } from '../../../../gateway/observation/observedSource.js';
import { RequestMetrics } from '../../../../gateway/observation/requestMetrics.js';
import { type RequestObservation, unobserved } from '../../../../gateway/observation/requestObservation.js';
import { RegistryRequester } from '../../../../gateway/registries/localDataSource.js';
import { PolkuError } from '../../../../lib/errors.js';
import { noTracer, samplingTracer } from '../../../../lib/tracing.js';
import { testContext } from '../../../integration/supergraphTestbed.js';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');
const fault = new PolkuError('AUDIT_UNAVAILABLE', 'secret text');

describe('a request that is observed', () => {
  let registry: Registry;
  let metrics: RequestMetrics;

  beforeEach(() => {
    exporter.reset();
    registry = new Registry();
    metrics = new RequestMetrics(registry);
  });

  const observe = (ratio: number) => observeBy(metrics, samplingTracer(tracer, ratio))('a decision');

  /** The header that the registry "health" gets in the stage `execute`. */
  async function headerOf(observation: RequestObservation): Promise<string | undefined> {
    let header: string | undefined;
    const source = observedSource({
      contract: { name: 'health' } as never,
      dataSource: {
        async fetch(_fetch, { requester }) {
          header = RegistryRequester.of(requester).traceparent;
          return {};
        },
      },
    });
    const requester = new RegistryRequester(testContext, '', observation);
    const context: FetchContext = { requester, signal: undefined };
    await observation.stage('execute', () => source.dataSource.fetch({} as never, context));
    observation.end({ status: 200, outcome: 'answered', codes: [] });
    return header;
  }

  it('has spans of its stages below its own, and of fetches below their stage', async () => {
    const header = await headerOf(observe(1));
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(['fetch health', 'execute', 'request']);
    const [fetch, execute, request] = spans;
    expect(fetch!.parentSpanContext?.spanId).toBe(execute!.spanContext().spanId);
    expect(execute!.parentSpanContext?.spanId).toBe(request!.spanContext().spanId);
    expect(header).toBe(`00-${fetch!.spanContext().traceId}-${fetch!.spanContext().spanId}-01`);
  });

  it('has no span if it is not sampled, and registries learn that', async () => {
    expect(await headerOf(observe(0))).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('sends registries no header where nothing traces', async () => {
    expect(await headerOf(observeBy(metrics, noTracer)('a decision'))).toBeUndefined();
    expect(await headerOf(unobserved)).toBeUndefined();
  });

  it('measures stages and fetches that fail, sampled or not', async () => {
    for (const ratio of [0, 1]) {
      const observation = observe(ratio);
      const fail = async () => {
        throw fault;
      };
      const gone = new ClientSignal();
      gone.abort();
      await expect(observation.fetch('health', undefined, fail)).rejects.toBe(fault);
      await expect(observation.fetch('health', gone, fail)).rejects.toBe(fault);
      expect(() =>
        observation.stage('check', () => {
          throw fault;
        }),
      ).toThrow(fault);
      await expect(observation.stage('record', fail)).rejects.toBe(fault);
    }
    const scraped = await registry.metrics();
    for (const series of [
      'fetch_duration_seconds_count{subgraph="health",outcome="failed"}',
      'fetch_duration_seconds_count{subgraph="health",outcome="abandoned"}',
      'stage_duration_seconds_count{stage="check"}',
      'stage_duration_seconds_count{stage="record"}',
    ])
      expect(scraped).toContain(`polku_${series} 2\n`);
    const codes = exporter.getFinishedSpans().map(({ attributes }) => attributes['error.type']);
    expect(codes).toEqual(Array(4).fill('AUDIT_UNAVAILABLE'));
  });
});
