import { join } from 'node:path';
import { type AuditLog, openAuditLog } from '../../gateway/audit/auditLog.js';
import { PersonDigests } from '../../gateway/audit/auditRecord.js';
import type { Writer } from '../../gateway/audit/segments.js';
import type { PolicyInForce } from '../../gateway/policy/policyInForce.js';
import { PolkuError } from '../../lib/errors.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { registries } from '../../subgraphs/registries.js';
import { lockAuditChain } from './auditChains.js';
import { openLocalSubgraphs } from './localSubgraphs.js';
import { openPolicy, type PolicyOptions, registerTrust } from './openPolicy.js';
import { ProcessLog } from './processLog.js';
import { Secrets } from './secrets.js';

/** All registries of a data directory, for work without a gateway. */
export interface OpenRegistries {
  readonly policy: Policy;
  readonly subgraphs: readonly Subgraph[];
  readonly auditLog: AuditLog;
  /** Compute the names of people in the audit log. */
  readonly personDigests: PersonDigests;
  readonly secrets: Secrets;
}

export interface RegistriesOptions extends PolicyOptions {
  readonly secrets?: string | undefined;
  /** The file that gets copies of the audit log's checkpoints. */
  readonly auditWitness?: string | undefined;
}

/**
 * Runs work with all registries under the policy in force. A gateway may run at the same time, because the
 * audit log has a separate chain for such work.
 * @param writer the kind of work
 * @throws PolkuError AUDIT_LOCKED, POLICY_INVALID, SNAPSHOT_MISSING and what the work throws
 */
export async function withRegistries<Result>(
  options: RegistriesOptions,
  writer: Writer,
  work: (open: OpenRegistries) => Promise<Result>,
): Promise<Result> {
  const { data, auditWitness: witness } = options;
  const log = new ProcessLog({ level: 'info' }, { service: writer, forPeople: true });
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  const closing: (() => Promise<void>)[] = [await lockAuditChain(data, writer), () => log.close()];
  try {
    const policy = await openPolicy(options, 'gateway', log);
    closing.unshift(() => policy.close());
    const local = await openLocalSubgraphs({
      names: registries.map(({ definition }) => definition.name),
      data,
      writer,
      secrets,
      policy: (revision) => unchanged(policy, revision),
      syntheticOnly: options.dev === true,
      riskTrust: registerTrust(options),
      log,
    });
    closing.unshift(() => local.stop());
    const auditLog = await openAuditLog(data, {
      writer,
      signingKey: await secrets.auditKey(),
      witness,
      report: (fault) => log.fault('audit', fault),
    });
    closing.unshift(() => auditLog.close());
    const personDigests = PersonDigests.ofVersions(await secrets.audit());
    return await work({
      policy: policy.current,
      subgraphs: local.subgraphs,
      auditLog,
      personDigests,
      secrets,
    });
  } finally {
    for (const close of closing) await close();
  }
}

/** Such work may run longer than a replaced revision stays usable, and its output names one revision. */
function unchanged(inForce: PolicyInForce, revision: string): Policy {
  const { current } = inForce;
  if (current.revision === revision) return current;
  throw new PolkuError('POLICY_STALE', 'The policies changed while the command ran. Run it again.');
}
