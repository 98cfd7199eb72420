import type { PolicyInForce } from '../../gateway/policy/policyInForce.js';
import type { PinnedSource } from '../../gateway/registries/pinnedSource.js';
import { PolkuError } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import { Readiness, type ReadinessCheck } from '../../lib/readiness.js';
import type { Configuration } from '../configuration/configuration.js';
import type { AdminPages } from './adminServer.js';
import type { LocalSubgraphs } from './localSubgraphs.js';

const HOUR_MS = 3_600_000;

type ReadySettings = Configuration['ready'];

/** A readiness that writes each change of it to the log. */
export function loggedReadiness(log: Log): Readiness {
  return new Readiness(({ status, checks }) => {
    if (status === 'ready') return log.write('ready', 'All checks are well.');
    const failed = Object.entries(checks).filter(([, { ok }]) => !ok);
    const reasons = failed.map(([name, { reason }]) => `${name}: ${reason}`);
    log.write('not-ready', reasons.join(' '), { codes: failed.map(([, { code }]) => code) });
  });
}

/** `/livez` and `/readyz` for the listener of operators. */
export function probePages(readiness: Readiness): AdminPages {
  const page = (status: number, value: unknown) => ({
    status,
    contentType: 'application/json; charset=utf-8',
    text: `${JSON.stringify(value)}\n`,
  });
  return {
    '/livez': () => page(200, { status: 'alive' }),
    '/readyz': async () => {
      const report = await readiness.check();
      return page(report.status === 'ready' ? 200 : 503, report);
    },
  };
}

/** The checks of the subgraphs and the policy of a process. */
export function checksOf(
  policy: PolicyInForce,
  local: LocalSubgraphs,
  settings: ReadySettings,
): Record<string, ReadinessCheck> {
  const checks: Record<string, ReadinessCheck> = { policy: () => checkPolicy(policy, settings) };
  for (const { registry, createdAt } of local.snapshots)
    checks[`registry-${registry}`] = () => checkSnapshot(registry, createdAt(), settings);
  const { ledger } = local;
  if (ledger) checks['ledger'] = () => ledger.ready();
  return checks;
}

/** The checks of registries in other processes. Each watches the age of its own snapshot. */
export function checksOfRemotes(remotes: readonly PinnedSource[]): Record<string, ReadinessCheck> {
  return Object.fromEntries(
    remotes.map((remote) => [`registry-${remote.contract.name}`, () => remote.requireServed()]),
  );
}

/** @throws PolkuError POLICY_EXPIRED, POLICY_EXPIRES */
function checkPolicy({ expiry }: PolicyInForce, { policyHours }: ReadySettings): void {
  if (!expiry) return;
  const { file, at } = expiry;
  const hours = (at.getTime() - Date.now()) / HOUR_MS;
  if (hours <= 0)
    throw new PolkuError('POLICY_EXPIRED', `The signed policy ${file} has expired. Its owner must renew it.`);
  if (hours < policyHours)
    throw new PolkuError(
      'POLICY_EXPIRES',
      `The signed policy ${file} expires in ${Math.ceil(hours)} hours. Its owner must renew it.`,
    );
}

/** @throws PolkuError SNAPSHOT_OLD */
function checkSnapshot(registry: string, createdAt: string, { snapshotHours }: ReadySettings): void {
  if (snapshotHours === undefined || Date.now() - Date.parse(createdAt) <= snapshotHours * HOUR_MS) return;
  throw new PolkuError(
    'SNAPSHOT_OLD',
    `The snapshot of ${registry} is of ${createdAt}, more than ${snapshotHours} hours ago. Extract it again.`,
  );
}
