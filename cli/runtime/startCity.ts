import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import type { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import { localDataSource } from '../../gateway/registries/localDataSource.js';
import type { SubgraphSource } from '../../federation/supergraph/supergraph.js';
import { loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import { type AuditLog, openAuditLog } from '../../gateway/audit/auditLog.js';
import { PersonDigests } from '../../gateway/audit/auditRecord.js';
import { readFieldUse } from '../../gateway/audit/fieldUse.js';
import { PersonLog } from '../../gateway/audit/personLog.js';
import { Gateway } from '../../gateway/gateway.js';
import type { PolicyDrafts } from '../../gateway/policy-review/policyDrafts.js';
import { createGovernanceSubgraph } from '../../gateway/governance/governanceSubgraph.js';
import { serveGateway } from '../../gateway/http/serveGateway.js';
import type { DevIssuer } from '../../gateway/identity/devIssuer.js';
import type { PolicyInForce } from '../../gateway/policy/policyInForce.js';
import { observeBy } from '../../gateway/observation/observedRequest.js';
import { observedSource } from '../../gateway/observation/observedSource.js';
import { RequestMetrics } from '../../gateway/observation/requestMetrics.js';
import { Domains } from '../../gateway/pseudonyms.js';
import { contractDifferences } from '../../gateway/registries/contractDifferences.js';
import {
  contractBroken,
  PinnedSource,
  type RegistryEvent,
  watchRegistries,
} from '../../gateway/registries/pinnedSource.js';
import { registrySource } from '../../gateway/registries/registrySource.js';
import { PolkuError } from '../../lib/errors.js';
import { requireTls } from '../../lib/httpServer.js';
import { isLoopback } from '../../lib/loopback.js';
import type { Log } from '../../lib/log.js';
import { LiveTlsFiles } from '../../lib/tls/liveTlsFiles.js';
import { packageRoot } from '../../lib/packageRoot.js';
import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';
import type { DisclosureRecord, DisclosureLog } from '../../registry-kit/disclosureLog.js';
import type { RegisterTrust } from '../../risk-model/register/verifyRegister.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import type { Subgraph } from '../../schema/subgraph.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';
import type { Configuration } from '../configuration/configuration.js';
import { expireOtherChains, lockAuditChain } from './auditChains.js';
import { residentIssuerOf } from './identity.js';
import { openLocalSubgraphs, subgraphNames } from './localSubgraphs.js';
import { committedSdl } from './openPolicy.js';
import { openOversight } from './openOversight.js';
import { observeProcess } from './observeProcess.js';
import { openOperations } from './openOperations.js';
import { openSessions } from './openSessions.js';
import { checksOf, checksOfRemotes } from './readinessChecks.js';
import type { Secrets } from './secrets.js';
import { addPolicyMetrics, addQueueMetrics, addSubgraphMetrics } from './stateMetrics.js';

interface CityOptions {
  readonly configuration: Configuration;
  readonly policy: PolicyInForce;
  /** Accepts signed policy revisions; undefined with `--dev`. */
  readonly revisionService: RevisionService | undefined;
  /** Shows what drafts of policies and waiting revisions would change. */
  readonly policyDrafts: PolicyDrafts;
  /** Called when the API schema of all registries is known. */
  readonly onComposed: (apiSchema: () => GraphQLSchema) => void;
  readonly secrets: Secrets;
  readonly trusted: readonly TrustedIssuer[];
  /** Whose signatures are valid in the register of risk models. */
  readonly riskTrust: () => Promise<RegisterTrust>;
  /** The issuer of `--dev`. With it, the gateway rejects snapshots that are not synthetic. */
  readonly dev: DevIssuer | undefined;
  readonly securityEvents: SecurityEvents;
  readonly log: Log;
}

/** A gateway that listens. */
export interface RunningCity {
  readonly url: URL;
  /** The listener for operators; undefined without admin.port. */
  readonly admin: URL | undefined;
  /** Not ready any more; resolves when load balancers have had time to notice. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the gateway with its subgraphs, those of this process and those elsewhere.
 * @throws PolkuError AUDIT_LOCKED if another gateway uses this data directory
 */
export async function startCity(options: CityOptions): Promise<RunningCity> {
  const closing: (() => unknown)[] = [await lockAuditChain(options.configuration.data, 'gateway')];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    return { ...(await start(options, closing)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A registry of this process was compared with its contract before anything was served. */
const ANSWERS_HERE = { isReachable: true, differences: [] };

/** @param closing gets the function that undoes each step */
async function start(options: CityOptions, closing: (() => unknown)[]): Promise<Omit<RunningCity, 'stop'>> {
  const { configuration, policy, revisionService, secrets, trusted, dev, log, securityEvents } = options;
  const { data, audit, groups, gateway: settings, registries } = configuration;
  const observation = await observeProcess('polku-gateway', configuration, log);
  closing.push(() => observation.close());
  const { metrics, readiness } = observation;
  const requestMetrics = new RequestMetrics(metrics);
  addPolicyMetrics(metrics, policy);
  const contracts = await committedSdl();
  const notes = new PendingNotes();
  const local = await openLocalSubgraphs({
    names: subgraphNames.filter((name) => registries[name]?.url === undefined),
    data,
    writer: 'gateway',
    secrets,
    policy: (revision) => policy.under(revision),
    syntheticOnly: dev !== undefined,
    ledgerCapacity: groups.capacity,
    snapshotHours: configuration.ready.snapshotHours,
    riskTrust: options.riskTrust,
    events: securityEvents,
    note: notes.write,
    log,
  });
  closing.push(() => local.stop());
  addSubgraphMetrics(metrics, local);
  const residents = await residentIssuerOf(configuration, secrets, local.residentOf);
  const reportAudit = (fault: unknown) => log.fault('audit', fault);
  const auditSecrets = await secrets.audit();
  const personDigests = PersonDigests.ofVersions(auditSecrets);
  const personLog = new PersonLog({ dataFolder: data, secret: auditSecrets[0]!, report: reportAudit });
  closing.push(() => personLog.close());
  const governance = await createGovernanceSubgraph({
    policy: (revision) => policy.under(revision),
    apiSchema: () => supergraph.apiSchema,
    conceal: settings.conceal ?? !dev,
    accessLog: {
      recordsOf: (person, page) =>
        personLog.recordsOf(new Set(personDigests.everyNameOf(local.keysOf(person))), page),
      hidesRecipients: (person) => local.isShielded(person),
    },
    revisionService,
    policyDrafts: options.policyDrafts,
    fieldUse: (coordinate, since, client) => readFieldUse(data, { coordinate, since, client }),
    registryState: (registry) =>
      remotes.find(({ contract }) => contract.name === registry)?.state ?? ANSWERS_HERE,
    oversight: await openOversight({
      data,
      secrets,
      witness: audit.witness,
      personLog,
      keysOf: (person) => local.keysOf(person),
      report: reportAudit,
    }),
  });
  const here = [...local.subgraphs, governance].map((subgraph): SubgraphSource => ({
    contract: contractOf(subgraph, contracts),
    dataSource: localDataSource(subgraph),
  }));
  const auditOptions = {
    signingKey: await secrets.auditKey(),
    witness: audit.witness,
    report: reportAudit,
  };
  const { retentionDays } = audit;
  const auditLog = await openAuditLog(data, {
    writer: 'gateway',
    retentionDays,
    onCommit: (seconds) => requestMetrics.auditCommit.of().observe(seconds),
    ...auditOptions,
  });
  closing.push(() => auditLog.close());
  if (retentionDays !== undefined) closing.push(expireOtherChains(data, { retentionDays, ...auditOptions }));
  // Indexing a long log takes a while. An earlier question waits for its own part of the log.
  void personLog.look();
  closing.push(() => securityEvents.flush());
  const tell = ({ registry, fault }: RegistryEvent): void => {
    if (fault) log.fault('registry-refused', fault, { registry });
    else log.write('registry-served', `The registry ${registry} answers its contract.`, { registry });
    securityEvents.registry({ registry, code: fault?.code, details: fault?.details ?? {} });
  };
  const remotes = await openRemotes(options, { contracts, tell, closing });
  const sources = [...here, ...remotes.map((source) => ({ contract: source.contract, dataSource: source }))];
  const supergraph = loadCitySupergraph(sources.map(observedSource), {
    planningMs: settings.planningSeconds * 1000,
  });
  options.onComposed(() => supergraph.apiSchema);
  closing.push(await watchRegistries(remotes));
  const stored = await openOperations(configuration, supergraph.apiSchema, log);
  closing.push(() => stored.close());
  const gateway: Gateway = new Gateway({
    supergraph,
    contracts,
    policy: policy.current,
    trusted: residents ? [...trusted, residents.trusted] : trusted,
    domains: new Domains(await secrets.domain()),
    epoch: settings.epoch,
    auditLog: notes.before(auditLog),
    personDigests,
    conceal: settings.conceal ?? !dev,
    operations: stored.operations,
    limits: settings.limits,
    perCaller: settings.perCaller,
    observe: observation.isOn ? observeBy(requestMetrics, observation.tracer) : undefined,
    securityEvents,
    log,
  });
  addQueueMetrics(metrics, () => gateway.waiting);
  closing.push(
    () => policy.close(),
    policy.onChange((changed) => {
      gateway.swap(changed);
      securityEvents.record('policy-in-force', { revision: changed.revision });
    }),
  );
  const consoleFolder = join(packageRoot(), 'console', 'dist');
  const server = await serveGateway(settings, {
    gateway,
    dev,
    revisions: revisionService && (() => revisionService.signedInForce()),
    sessions: await openSessions(configuration, secrets, residents),
    readiness,
    corsOrigins: settings.cors.origins,
    drainMs: settings.drainSeconds * 1000,
    consoleFolder: existsSync(consoleFolder) ? consoleFolder : undefined,
  });
  closing.push(() => server.close());
  securityEvents.record('policy-in-force', { revision: gateway.policy.revision });
  readiness.start({
    audit: () => auditLog.ready(),
    ...checksOf(policy, local, configuration.ready),
    ...checksOfRemotes(remotes),
  });
  const drain = async (): Promise<void> => {
    const { drainDelaySeconds = dev ? 0 : 5 } = settings;
    readiness.drain();
    log.write('draining', `The gateway answers for ${drainDelaySeconds} more seconds.`);
    await sleep(drainDelaySeconds * 1000);
  };
  return { url: server.url, admin: observation.admin, drain };
}

/**
 * Checks what a gateway cannot be started with, before anything is written.
 * @throws PolkuError USAGE
 */
export function checkStart({ gateway, registries }: Configuration, isTrial: boolean): void {
  const unknown = Object.keys(registries).find(
    (name) => registries[name]!.joined && !subgraphNames.includes(name),
  );
  if (unknown !== undefined)
    throw new PolkuError(
      'USAGE',
      `There is no subgraph "${unknown}". There are: ${subgraphNames.join(', ')}.`,
    );
  if (isTrial && !isLoopback(gateway.host))
    throw new PolkuError(
      'USAGE',
      `--dev serves this machine only, not ${gateway.host}: anyone may be anyone there.`,
    );
  requireTls(gateway);
}

/**
 * The committed contract of a subgraph of this process.
 * @throws PolkuError SUBGRAPH_CONTRACT_BROKEN if the program has another schema than the contract
 */
function contractOf({ name, sdl }: Subgraph, contracts: readonly SubgraphSdl[]): SubgraphSdl {
  const contract = committed(name, contracts);
  const differences = contractDifferences(contract.sdl, sdl);
  if (differences.length > 0) throw contractBroken(name, differences, sdl);
  return contract;
}

async function openRemotes(
  { configuration: { registries }, secrets, log }: CityOptions,
  parts: {
    readonly contracts: readonly SubgraphSdl[];
    readonly tell: (event: RegistryEvent) => void;
    /** Gets the function that undoes each step. */
    readonly closing: (() => unknown)[];
  },
): Promise<readonly PinnedSource[]> {
  const { contracts, tell, closing } = parts;
  const key = await secrets.gatewayKey();
  const remotes: PinnedSource[] = [];
  for (const [name, { url, timeoutSeconds, connections, tls }] of Object.entries(registries)) {
    if (url === undefined) continue;
    const files = tls && (await LiveTlsFiles.open(tls, log));
    closing.push(() => files?.close());
    const source = registrySource({
      name,
      url,
      key,
      connections,
      timeoutMs: timeoutSeconds * 1000,
      tls: { serverName: tls?.serverName, files },
    });
    const pinned = new PinnedSource(committed(name, contracts), source, tell);
    closing.push(() => pinned.close());
    remotes.push(pinned);
  }
  return remotes;
}

function committed(name: string, contracts: readonly SubgraphSdl[]): SubgraphSdl {
  const contract = contracts.find((one) => one.name === name);
  if (contract) return contract;
  throw new PolkuError(
    'SUBGRAPH_CONTRACT_BROKEN',
    `There is no schema/subgraphs/${name}.graphql, so the subgraph ${name} is not served. Run npm run generate and commit it.`,
    { subgraph: name },
  );
}

/**
 * Disclosure log entries of this process's registries that are being written. The answers stay in the
 * process, so the response waits for the entries and for its audit record. Nothing leaves before all of them
 * are durable.
 */
class PendingNotes {
  readonly #pending = new Map<string, Promise<void>[]>();

  readonly write = (log: DisclosureLog, disclosure: DisclosureRecord): Promise<void> => {
    const written = log.append(disclosure);
    // The code below that waits for the entry reports a failure; this avoids an unhandled rejection before
    // that.
    written.catch(() => {});
    const notes = this.#pending.get(disclosure.decisionId);
    if (notes) notes.push(written);
    else this.#pending.set(disclosure.decisionId, [written]);
    return Promise.resolve();
  };

  /** An audit log whose records count as durable only when the entries of their decisions are durable too. */
  before(log: AuditLog): AuditLog {
    return {
      append: async (record) => {
        const notes = this.#pending.get(record.decisionId) ?? [];
        this.#pending.delete(record.decisionId);
        await Promise.all([log.append(record), ...notes]);
      },
      ready: () => log.ready(),
      close: () => log.close(),
    };
  }
}
