import type { MetricObject, Registry } from 'prom-client';
import { RequestMetrics } from '../gateway/observation/requestMetrics.js';
import { AnswerMetrics } from '../registry-kit/subgraph/observedAnswer.js';
import { processMetrics } from './runtime/processMetrics.js';
import {
  addPolicyMetrics,
  addQueueMetrics,
  addReadinessMetrics,
  addSubgraphMetrics,
} from './runtime/stateMetrics.js';

/** The metrics of each kind of process, without values. */
export function metricsOf(kind: 'gateway' | 'registry'): Registry {
  const registry = processMetrics('.');
  addReadinessMetrics(registry, { check: async () => ({ status: 'ready', checks: {} }) });
  addPolicyMetrics(registry, { expiry: undefined });
  addSubgraphMetrics(registry, { snapshots: [], ledger: undefined });
  if (kind === 'registry') new AnswerMetrics(registry, 'health');
  else {
    new RequestMetrics(registry);
    addQueueMetrics(registry, () => ({}));
  }
  return registry;
}

/** docs/metrics.md: every metric of Polku's own. */
export function metricsPage(): string {
  const [gateway, registry] = (['gateway', 'registry'] as const).map(
    (kind) => new Map(ownMetrics(metricsOf(kind)).map((metric) => [metric.name, metric])),
  );
  const rows = [...new Map([...gateway!, ...registry!]).values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, help, labelNames }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      const where = !gateway!.has(name) ? 'registry' : registry!.has(name) ? 'both' : 'gateway';
      return `| \`${name}\` | ${type} | ${labels} | ${where} | ${help} |`;
    });
  return `# Metrics

What Prometheus scrapes from \`/metrics\` of the listener for operators ([watch a gateway](how-to/watch-a-gateway.md)). "Registry"
is a registry in a process of its own. A label never holds a person, a recipient, an id or a text of a client. Its values come from
policies (purposes, owners), from the configuration (registries) or from the code.

A histogram has the series \`_bucket\`, \`_sum\` and \`_count\`. Each process also has the metrics of prom-client for Node.js:
\`process_*\` (memory, CPU, start) and \`nodejs_*\` (event loop, garbage collection).

| Metric | Type | Labels | Process | Meaning |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

type OwnMetric = MetricObject & { readonly labelNames: readonly string[] };

function ownMetrics(registry: Registry): OwnMetric[] {
  // The typings of prom-client leave out the names of labels.
  const metrics = registry.getMetricsAsArray() as OwnMetric[];
  return metrics.filter(({ name }) => name.startsWith('polku_'));
}
