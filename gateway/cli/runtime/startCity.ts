import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import type { RevisionDesk } from '../../../policies/revisions/revisionDesk.js';
import type { RegisterTrust } from '../../../subgraphs/risk/register/judgeRegister.js';
import { isLoopback } from '../../../schema/loopback.js';
import { packageRoot } from '../../../schema/packageRoot.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { TrustedIssuer } from '../../../schema/tokens/callerToken.js';
import { openAuditLog } from '../../audit/auditLog.js';
import { PersonDigests } from '../../audit/personDigests.js';
import { personLog } from '../../audit/personLog.js';
import { Gateway } from '../../gateway.js';
import { createGovernanceSubgraph } from '../../governance/governanceSubgraph.js';
import { createHttpServer } from '../../http/createHttpServer.js';
import type { DevIssuer } from '../../identity/devIssuer.js';
import type { PolicyInForce } from '../../policy/policyInForce.js';
import { folderSource } from '../../policy/revisionSource.js';
import { Domains } from '../../pseudonyms/domain.js';
import { inProcessDataSource } from '../../supergraph/inProcessDataSource.js';
import {
  type LiveSupergraph,
  loadSupergraph,
  type SubgraphSource,
  type SupergraphOptions,
} from '../../supergraph/loadSupergraph.js';
import { registrySource } from '../../supergraph/registrySource.js';
import type { RemoteDataSource } from '../../supergraph/remoteDataSource.js';
import { describeFault } from '../describeFault.js';
import { lockAuditLog } from './auditLock.js';
import { PendingNotes } from './pendingNotes.js';
import { openLocalSubgraphs, subgraphNames } from './localSubgraphs.js';
import type { Secrets } from './secrets.js';

/** How long the gateway waits for subgraphs elsewhere when it starts, and how often it asks. */
const REMOTE_WAIT_MS = 60_000;
const REMOTE_RETRY_MS = 1_000;

export interface CityOptions {
  readonly data: string;
  readonly policy: PolicyInForce;
  /** Where policies are signed, and the folder in which they lie; undefined with `--dev`. */
  readonly signing: { readonly desk: RevisionDesk; readonly store: string } | undefined;
  readonly secrets: Secrets;
  readonly trusted: TrustedIssuer;
  readonly port: number;
  readonly host: string;
  /** Files of certificate and key; without them only the loopback interface is served. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Subgraphs that run elsewhere, by name; the others run here. */
  readonly remote: ReadonlyMap<string, string>;
  readonly conceal: boolean;
  /** Whose signatures count in the register of risk models. */
  readonly riskTrust: () => Promise<RegisterTrust>;
  /** The epoch of pseudonyms: another one issues all ids anew. */
  readonly epoch: string;
  /** The issuer of `--dev`, which refuses snapshots that are not synthetic. */
  readonly dev: DevIssuer | undefined;
  /** Where checkpoints of the audit log are copied to, and after how many days its files are removed. */
  readonly auditWitness?: string | undefined;
  readonly auditRetention?: number | undefined;
  /** How many numbers about groups may ever be asked for. */
  readonly ledgerCapacity?: number | undefined;
  /** Told of what goes wrong while serving. Nothing of a person is in it. */
  readonly report: (line: string) => void;
}

/** A gateway that listens. */
export interface RunningCity {
  readonly url: URL;
  stop(): Promise<void>;
}

/**
 * Starts the gateway with its subgraphs, those of this process and those elsewhere.
 * @throws PolkuError AUDIT_LOCKED where another gateway has this data directory
 */
export async function startCity(options: CityOptions): Promise<RunningCity> {
  checkRemoteNames(options.remote);
  checkHost(options);
  const unlock = await lockAuditLog(options.data);
  try {
    const { url, stop } = await startLocked(options);
    return { url, stop: () => stop().finally(unlock) };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function startLocked(options: CityOptions): Promise<RunningCity> {
  const { data, policy, signing, secrets, trusted, remote, ledgerCapacity, dev, report } = options;
  const notes = new PendingNotes();
  const local = await openLocalSubgraphs({
    names: subgraphNames.filter((name) => !remote.has(name)),
    data,
    secrets,
    policy: () => gateway.policy,
    syntheticOnly: dev !== undefined,
    ledgerCapacity,
    riskTrust: options.riskTrust,
    note: notes.write,
    onRefreshError: (error) => report(describeFault(error)),
  });
  const personDigests = new PersonDigests(await secrets.audit());
  const governance = await createGovernanceSubgraph({
    policy: () => gateway.policy,
    apiSchema: () => supergraph.current.apiSchema,
    accessLog: {
      recordsOf: (person) => personLog(data, personDigests.of(person)),
      hidesRecipients: (person) => local.isShielded(person),
    },
    desk: signing?.desk,
  });
  const remotes = remoteSources(remote, await secrets.gatewayKey());
  const supergraph: LiveSupergraph = await loadWhenReady(
    {
      subgraphs: [
        ...[...local.subgraphs, governance].map((subgraph): SubgraphSource => ({
          name: subgraph.name,
          url: `local:${subgraph.name}`,
          dataSource: inProcessDataSource(subgraph),
        })),
        ...remotes,
      ],
      pollIntervalInMs: remotes.length > 0 ? 10_000 : undefined,
      onReloadError: (error) => report(describeFault(error)),
    },
    report,
  );
  const auditLog = await openAuditLog(data, {
    signingKey: await secrets.auditKey(),
    witness: options.auditWitness,
    retentionDays: options.auditRetention,
    report: (fault) => report(`audit: ${describeFault(fault)}`),
  });
  const gateway: Gateway = new Gateway({
    supergraph,
    policy: policy.current,
    trusted,
    domains: new Domains(await secrets.domain()),
    epoch: options.epoch,
    auditLog: notes.before(auditLog),
    personDigests,
    conceal: options.conceal,
    reportFault: (fault, decisionId) => report(`${decisionId || 'gateway'}: ${describeFault(fault)}`),
  });
  const stopFollowing = policy.onChange((changed) => gateway.swap(changed));
  const consoleFolder = join(packageRoot(), 'console', 'dist');
  const server = await createHttpServer({
    gateway,
    dev,
    revisions: signing && (() => folderSource(signing.store).read()),
    tls: options.tls && { cert: await readFile(options.tls.cert), key: await readFile(options.tls.key) },
    consoleFolder: existsSync(consoleFolder) ? consoleFolder : undefined,
  });
  const url = await server.listen(options.port, options.host);
  return {
    url,
    async stop() {
      stopFollowing();
      await policy.close();
      await server.close();
      supergraph.close();
      await Promise.all(remotes.map(({ dataSource }) => dataSource.close()));
      await auditLog.close();
      await local.stop();
    },
  };
}

/** Departments start their subgraphs when they will: the gateway waits for them, for a while. */
async function loadWhenReady(
  options: SupergraphOptions,
  report: (line: string) => void,
): Promise<LiveSupergraph> {
  const deadline = Date.now() + REMOTE_WAIT_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await loadSupergraph(options);
    } catch (error) {
      const waiting =
        error instanceof PolkuError && error.code === 'SUBGRAPH_UNAVAILABLE' && Date.now() < deadline;
      if (!waiting) throw error;
      if (attempt === 1) report(`${error.message} Waiting for it, ${REMOTE_WAIT_MS / 1000} s at most.`);
      await sleep(REMOTE_RETRY_MS);
    }
  }
}

/** What leaves this machine goes over TLS; and where anyone may be anyone, nobody comes from outside. */
function checkHost({ host, tls, dev }: CityOptions): void {
  if (isLoopback(host)) return;
  if (dev)
    throw new PolkuError('USAGE', `--dev serves this machine only, not ${host}: anyone may be anyone there.`);
  if (!tls)
    throw new PolkuError(
      'USAGE',
      `To listen on ${host} name --tls-cert and --tls-key; without them only this machine is served.`,
    );
}

function checkRemoteNames(remote: ReadonlyMap<string, string>): void {
  for (const name of remote.keys()) {
    if (!subgraphNames.includes(name)) {
      throw new PolkuError(
        'USAGE',
        `There is no subgraph "${name}". There are: ${subgraphNames.join(', ')}.`,
      );
    }
  }
}

function remoteSources(
  remote: ReadonlyMap<string, string>,
  key: KeyObject,
): (SubgraphSource & { readonly dataSource: RemoteDataSource })[] {
  return [...remote].map(([name, url]) => ({ name, url, dataSource: registrySource({ name, url, key }) }));
}
