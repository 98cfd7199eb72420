import { Counter, Gauge, type Registry } from 'prom-client';
import { DurationHistogram } from '../../lib/metrics.js';
import { outcomes, stages } from './requestObservation.js';

/** The purpose of a request that was refused before its purpose was known. */
export const NO_PURPOSE = 'none';

/** The metrics of requests to a gateway (docs/metrics.md). Labels have values of policies and of the code. */
export class RequestMetrics {
  readonly requests: Counter;
  readonly inFlight: Gauge;
  readonly requestDuration: DurationHistogram;
  readonly stageDuration: DurationHistogram;
  readonly fetchDuration: DurationHistogram;
  readonly refusals: Counter;
  readonly errors: Counter;
  readonly auditCommit: DurationHistogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'polku_requests_total',
      help: `Requests to /graphql by purpose (${NO_PURPOSE}: refused before it was known) and outcome: ${outcomes.join(', ')}.`,
      labelNames: ['purpose', 'outcome'],
      registers,
    });
    this.inFlight = new Gauge({
      name: 'polku_requests_in_flight',
      help: 'Requests to /graphql that are waiting or being answered.',
      registers,
    });
    this.requestDuration = new DurationHistogram(registry, {
      name: 'polku_request_duration_seconds',
      help: 'Time from the head of a request to its whole answer, with the wait for its turn, its body and its audit record.',
      labelNames: ['purpose'],
    });
    this.stageDuration = new DurationHistogram(registry, {
      name: 'polku_stage_duration_seconds',
      help: `Time of the stages of requests: ${stages.join(', ')}.`,
      labelNames: ['stage'],
    });
    this.fetchDuration = new DurationHistogram(registry, {
      name: 'polku_fetch_duration_seconds',
      help: 'Time of fetches from subgraphs by outcome: answered, failed, abandoned. A fetch that names errors is answered, too.',
      labelNames: ['subgraph', 'outcome'],
    });
    this.refusals = new Counter({
      name: 'polku_refusals_total',
      help: 'Operations that the policy of a data owner refused. Several owners may refuse one operation.',
      labelNames: ['owner', 'purpose'],
      registers,
    });
    this.errors = new Counter({
      name: 'polku_errors_total',
      help: 'Answers that have this error code (docs/errors.md).',
      labelNames: ['code'],
      registers,
    });
    this.auditCommit = new DurationHistogram(registry, {
      name: 'polku_audit_commit_duration_seconds',
      help: 'Time to write audit records and flush them to disk. Records that arrive meanwhile share the next commit.',
    });
    // A series that exists from the start has a rate from its first event on.
    this.requests.inc({ purpose: NO_PURPOSE, outcome: 'refused' }, 0);
    for (const stage of stages) this.stageDuration.of(stage);
  }
}
