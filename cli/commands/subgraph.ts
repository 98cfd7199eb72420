import { Command } from 'commander';
import { DEV_ISSUER } from '../../gateway/identity/devIssuer.js';
import { trustedResidents } from '../../gateway/identity/residentIssuer.js';
import { PolkuError } from '../../lib/errors.js';
import { packageVersion } from '../../lib/packageRoot.js';
import { AnswerMetrics, observeAnswersBy } from '../../registry-kit/subgraph/observedAnswer.js';
import { serveSubgraph } from '../../registry-kit/subgraph/serveSubgraph.js';
import { SecurityEvents } from '../../schema/securityEvents.js';
import type { Configuration } from '../configuration/configuration.js';
import { configurationOf, KeyOption } from '../configuration/keyOption.js';
import { untilStopped } from '../options.js';
import { trustedIssuersOf } from '../runtime/identity.js';
import { openLocalSubgraphs, subgraphNames } from '../runtime/localSubgraphs.js';
import { observeProcess } from '../runtime/observeProcess.js';
import { openPolicy, policyOptionsOf, registerTrust } from '../runtime/openPolicy.js';
import { ProcessLog, type ServiceLog } from '../runtime/processLog.js';
import { checksOf } from '../runtime/readinessChecks.js';
import { recordConfiguration } from '../runtime/recordConfiguration.js';
import { readGatewayKeys, secretsOf } from '../runtime/secrets.js';
import { addPolicyMetrics, addSubgraphMetrics } from '../runtime/stateMetrics.js';
import { securitySink } from '../runtime/securitySink.js';
import { serverOptions } from '../serverOptions.js';

const ABOUT = `Starts one subgraph alone, as a department would run it. It enforces its owner's policy itself and answers only its
gateway: it verifies the gateway's signed decision context and the caller's token.`;

const NOTES = `
The gateway's public key is gateway.key.pub in its folder of secrets. The gateway creates it at its first start.

Example, together with "polku serve --data data --dev --subgraph health=http://127.0.0.1:4101":
  polku subgraph health --dev --port 4101 --data data --gateway-key data/secrets/gateway.key.pub \\
    --issuer polku-dev --jwks http://127.0.0.1:4000/.well-known/jwks.json

Without --dev, the policy revisions that the owners have signed are in force. The subgraph verifies them with its own
owners.yaml. They come from a folder, or from the gateway, which requires a token for the purpose policy-administration:
  polku subgraph health ... --policies-from https://gateway.example.org/ --policies-token FILE --owners owners.yaml

On any address but loopback it serves only gateways that prove their name: registry.tls in polku.yaml (polku tls --help).`;

export function subgraphCommand(): Command {
  return serverOptions(new Command('subgraph').description(ABOUT), 'registry')
    .argument('<name>', `one of: ${subgraphNames.join(', ')}`)
    .option('--dev', 'watch a folder of policies; only for synthetic snapshots')
    .addOption(
      new KeyOption(
        '--policies-token <file>',
        'a file with the token for fetching policies from a gateway',
        'policies.token',
      ),
    )
    .addOption(
      new KeyOption(
        '--gateway-key <file>',
        'the public key of the gateway that may ask (PEM); two while it is rotated',
        'registry.gatewayKey',
      ),
    )
    .addHelpText('after', NOTES)
    .action(async (name: string, { dev = false }: { dev?: boolean }, command: Command) => {
      await serveRegistry(name, configurationOf(command), dev);
    });
}

/** Serves one registry until the process is told to stop. */
async function serveRegistry(name: string, configuration: Configuration, dev: boolean): Promise<void> {
  const log = new ProcessLog(configuration.log, { service: name, forPeople: dev });
  const closing: (() => unknown)[] = [];
  try {
    const { url, admin } = await startRegistry(name, configuration, dev, log, closing);
    log.write('started', `The registry ${name} accepts requests.`, {
      version: packageVersion(),
      node: process.version,
    });
    const stopped = untilStopped();
    console.log(`The subgraph ${name} serves its gateway at ${url}`);
    if (admin) console.log(`Operators see ${admin}metrics`);
    await stopped;
  } finally {
    for (const close of closing.reverse()) await close();
  }
  log.write('stopped', `The registry ${name} has stopped.`);
  await log.close();
}

/** @param closing gets the function that undoes each step */
async function startRegistry(
  name: string,
  configuration: Configuration,
  dev: boolean,
  log: ServiceLog,
  closing: (() => unknown)[],
): Promise<{ readonly url: URL; readonly admin: URL | undefined }> {
  if (!subgraphNames.includes(name))
    throw new PolkuError('USAGE', `There is no subgraph "${name}". There are: ${subgraphNames.join(', ')}.`);
  const { data, owners, identity, registry, groups } = configuration;
  if (registry.gatewayKey === undefined)
    throw new PolkuError(
      'USAGE',
      'Give the public key of the gateway that may ask: registry.gatewayKey in polku.yaml, or --gateway-key.',
    );
  if (!dev && identity.issuers.some(({ issuer }) => issuer === DEV_ISSUER))
    throw new PolkuError(
      'USAGE',
      `Anyone can get any token of ${DEV_ISSUER}. A registry accepts them only with --dev, for synthetic people.`,
    );
  const observation = await observeProcess(`polku-${name}`, configuration, log);
  closing.push(() => observation.close());
  const { metrics, tracer, readiness } = observation;
  const gatewayKeys = await readGatewayKeys(registry.gatewayKey);
  const trusted = [...trustedIssuersOf(configuration, log), trustedResidents(gatewayKeys, identity.audience)];
  const policy = await openPolicy(policyOptionsOf(configuration, dev), name, log);
  closing.push(() => policy.close());
  addPolicyMetrics(metrics, policy);
  const securityEvents = new SecurityEvents({
    service: name,
    sink: securitySink(configuration.log.securityEvents, log),
  });
  closing.push(() => securityEvents.flush());
  const local = await openLocalSubgraphs({
    names: [name],
    data,
    writer: name,
    secrets: secretsOf(configuration),
    policy: (revision) => policy.under(revision),
    syntheticOnly: dev,
    ledgerCapacity: groups.capacity,
    snapshotHours: configuration.ready.snapshotHours,
    riskTrust: registerTrust({ dev, owners }),
    events: securityEvents,
    log,
  });
  closing.push(() => local.stop());
  addSubgraphMetrics(metrics, local);
  await recordConfiguration(configuration, name, securityEvents);
  securityEvents.record('policy-in-force', { revision: policy.current.revision });
  policy.onChange(({ revision }) => securityEvents.record('policy-in-force', { revision }));
  const running = await serveSubgraph(local.subgraphs[0]!, registry, {
    gatewayKeys,
    trusted,
    catchUp: (revision) => policy.catchUp(revision),
    observe: observation.isOn ? observeAnswersBy(new AnswerMetrics(metrics, name), tracer) : undefined,
    securityEvents,
    log,
  });
  closing.push(() => running.close());
  readiness.start(checksOf(policy, local, configuration.ready));
  closing.push(() => readiness.drain());
  return { url: running.url, admin: observation.admin };
}
