import type { Registry } from 'prom-client';
import type { PolicyInForce } from '../../gateway/policy/policyInForce.js';
import { addReadings } from '../../lib/metrics.js';
import type { Readiness } from '../../lib/readiness.js';
import type { LocalSubgraphs } from './localSubgraphs.js';

/** Adds the metrics of the state that the subgraphs of this process serve. */
export function addSubgraphMetrics(
  registry: Registry,
  { snapshots, ledger }: Pick<LocalSubgraphs, 'snapshots' | 'ledger'>,
): void {
  addReadings(
    registry,
    {
      name: 'polku_snapshot_age_seconds',
      help: 'Time since the snapshot that this process serves was extracted.',
      labelNames: ['registry'],
    },
    () =>
      snapshots.map(({ registry: name, createdAt }) => ({
        labels: { registry: name },
        value: (Date.now() - Date.parse(createdAt())) / 1000,
      })),
  );
  addReadings(
    registry,
    {
      name: 'polku_ledger_numbers',
      help: 'Numbers about groups that were asked for, if this process serves groups. At polku_ledger_capacity nothing new is answered.',
    },
    () => (ledger ? [{ value: ledger.asked }] : []),
  );
  addReadings(
    registry,
    {
      name: 'polku_ledger_capacity',
      help: 'How many numbers about groups may be asked for in total (groups.capacity), if this process serves groups.',
    },
    () => (ledger ? [{ value: ledger.capacity }] : []),
  );
}

/** Adds the metric of the time for which the policies in force are valid. */
export function addPolicyMetrics(registry: Registry, policy: Pick<PolicyInForce, 'expiry'>): void {
  addReadings(
    registry,
    {
      name: 'polku_policy_expiry_seconds',
      help: 'Time until the first file of the policies in force expires, and what it decides is denied; negative afterwards. With --dev there is no value.',
    },
    () => (policy.expiry ? [{ value: (policy.expiry.at.getTime() - Date.now()) / 1000 }] : []),
  );
}

/** Adds the metrics of readiness: those of /readyz. */
export function addReadinessMetrics(registry: Registry, readiness: Pick<Readiness, 'check'>): void {
  addReadings(
    registry,
    { name: 'polku_ready', help: 'Whether the process should get requests: 1 or 0, as /readyz says.' },
    async () => [{ value: Number((await readiness.check()).status === 'ready') }],
  );
  addReadings(
    registry,
    {
      name: 'polku_check_ok',
      help: 'Whether a check of /readyz is well: 1 or 0. registry-<name> is the snapshot of a registry here, or whether one elsewhere answers its contract.',
      labelNames: ['check'],
    },
    async () => {
      const { checks } = await readiness.check();
      return Object.entries(checks).map(([check, { ok }]) => ({ labels: { check }, value: Number(ok) }));
    },
  );
}

/** Adds the metric of the queues of a gateway. */
export function addQueueMetrics(registry: Registry, waiting: () => Readonly<Record<string, number>>): void {
  addReadings(
    registry,
    {
      name: 'polku_queue_waiting',
      help: 'Requests that wait: requests and large requests for their turn, heavy operations, and new operations to be checked.',
      labelNames: ['queue'],
    },
    () => Object.entries(waiting()).map(([queue, value]) => ({ labels: { queue }, value })),
  );
}
