import { Command, InvalidArgumentError } from 'commander';
import type { GraphQLSchema } from 'graphql';
import { createDevIssuer, type DevIssuer } from '../../gateway/identity/devIssuer.js';
import { PersonDigests } from '../../gateway/audit/auditRecord.js';
import { PolkuError } from '../../lib/errors.js';
import { packageVersion } from '../../lib/packageRoot.js';
import { SecurityEvents } from '../../schema/securityEvents.js';
import type { Configuration } from '../configuration/configuration.js';
import { configurationOf, KeyOption } from '../configuration/keyOption.js';
import { auditWitnessOption, policiesFolder, untilStopped, wholeNumber } from '../options.js';
import { demoLogin, loadPersonas, trustedIssuersOf } from '../runtime/identity.js';
import { openPolicy, policyOptionsOf, registerTrust, storeFolder } from '../runtime/openPolicy.js';
import { committedApi } from '../runtime/loadOperations.js';
import { operationsFolder } from '../runtime/openOperations.js';
import { openPolicyDrafts, openReviewThread, openRevisionService } from '../runtime/openRevisions.js';
import { recordConfiguration } from '../runtime/recordConfiguration.js';
import { secretsOf } from '../runtime/secrets.js';
import { securitySink } from '../runtime/securitySink.js';
import { ProcessLog, type ServiceLog } from '../runtime/processLog.js';
import { checkStart, type RunningCity, startCity } from '../runtime/startCity.js';
import { serverOptions } from '../serverOptions.js';

const ABOUT = `Starts the gateway: GraphQL at /graphql and the console at /. Every subgraph runs in this process, except those that
--subgraph names.`;

const NOTES = `
Policies: with --dev, the gateway watches the policy folder; an edit is in force within a second, and an invalid edit
changes nothing. Without --dev, only signed revisions are in force: two people of each owner concerned must sign them (see
polku policy propose --help).

Users: with --dev, a local issuer gives tokens to personas, the explorer lists them, and refusals give their reason. It
serves only snapshots of synthetic cities. Without --dev, give your identity provider; polku.yaml may
name several:

  polku serve --data data --issuer https://id.example.org --audience polku

To run a registry in its department's own process (see polku subgraph --help):

  polku serve --data data --dev --subgraph health=http://127.0.0.1:4101`;

export function serveCommand(): Command {
  return serverOptions(new Command('serve').description(ABOUT), 'gateway')
    .option('--dev', 'use a local issuer with personas; only for synthetic snapshots')
    .option('--personas <file>', 'with --dev: your own personas (YAML), in addition to those of Polku')
    .addOption(
      new KeyOption(
        '--conceal',
        'answer about a hidden field as if it did not exist (default without --dev)',
        'gateway.conceal',
      ),
    )
    .addOption(
      new KeyOption(
        '--no-conceal',
        'name the field, its owner and the reason in refusals (default with --dev)',
        'gateway.conceal',
      ).default(undefined),
    )
    .addOption(
      new KeyOption(
        '--subgraph <name=url>',
        'a subgraph that runs elsewhere; repeat the option for several',
        'registries',
        (urls) => [...(urls as RemoteUrls)].map(([name, url]) => [`registries.${name}.url`, url]),
      )
        .argParser(remoteSubgraph)
        .default(new Map(), 'none'),
    )
    .addOption(
      new KeyOption(
        '--epoch <name>',
        'the epoch of pseudonyms; a new epoch replaces all of them',
        'gateway.epoch',
      ),
    )
    .addOption(auditWitnessOption())
    .addOption(
      new KeyOption(
        '--audit-retention <days>',
        'remove files of the audit log in which all records are older than this',
        'audit.retentionDays',
      ).argParser(wholeNumber(1, 36_500)),
    )
    .addHelpText('after', NOTES)
    .action(async (trial: TrialOptions, command: Command) => {
      const { city, dev } = await serve(configurationOf(command), trial);
      const stopped = untilStopped();
      console.log(`Polku serves ${city.url}graphql; the console is at ${city.url}`);
      if (city.admin) console.log(`Operators see ${city.admin}metrics`);
      if (dev)
        for (const { id, explanation, purposes } of dev.personas)
          console.log(`  ${id} (${purposes.join(', ')}): ${explanation.en}`);
      await stopped;
      await city.drain();
      await city.stop();
    });
}

/** Options for trials. They are no keys of the configuration: no city serves with them. */
export interface TrialOptions {
  readonly dev?: boolean;
  readonly personas?: string;
}

/** Starts a gateway. */
export async function serve(
  configuration: Configuration,
  { dev: isTrial = false, personas }: TrialOptions = {},
  log: ServiceLog = new ProcessLog(configuration.log, { service: 'gateway', forPeople: isTrial }),
): Promise<{ city: RunningCity; dev: DevIssuer | undefined }> {
  const { data, owners, policies, gateway, identity } = configuration;
  if (personas !== undefined && !isTrial)
    throw new PolkuError('USAGE', '--personas needs --dev: without --dev people have their own tokens.');
  checkStart(configuration, isTrial);
  const secrets = secretsOf(configuration);
  const dev = isTrial
    ? await createDevIssuer({
        audience: identity.audience,
        personas: await loadPersonas(personas),
        loginPerson: demoLogin(data, secrets, gateway.epoch),
      })
    : undefined;
  const trusted = dev ? [dev.trusted] : trustedIssuersOf(configuration, log);
  const policy = await openPolicy(policyOptionsOf(configuration, isTrial), 'gateway', log);
  const store = policies.from ?? storeFolder(data);
  const personDigests = PersonDigests.ofVersions(await secrets.audit());
  const events = new SecurityEvents({
    service: 'gateway',
    sink: securitySink(configuration.log.securityEvents, log),
    digest: (subject) => personDigests.ofSubject(subject),
  });
  let apiSchema: () => GraphQLSchema | Promise<GraphQLSchema> = committedApi;
  const thread = openReviewThread(() => apiSchema());
  const revisionService = isTrial
    ? undefined
    : await openRevisionService({ data, store, owners, events, thread });
  const city = await startCity({
    configuration,
    policy,
    revisionService,
    onComposed: (composed) => (apiSchema = composed),
    policyDrafts: openPolicyDrafts({
      revisionService,
      policies: policies.folder ?? policiesFolder,
      operations: operationsFolder(configuration),
      thread,
    }),
    secrets,
    trusted,
    securityEvents: events,
    riskTrust: registerTrust({ dev: isTrial, owners }),
    dev,
    log,
  }).catch(async (error: unknown) => {
    await Promise.all([policy.close(), thread.close()]);
    throw error;
  });
  await recordConfiguration(configuration, 'gateway', events);
  log.write('started', 'The gateway accepts requests.', { version: packageVersion(), node: process.version });
  const stop = async (): Promise<void> => {
    await city.stop();
    await thread.close();
    log.write('stopped', 'The gateway has stopped.');
    await log.close();
  };
  return { city: { ...city, stop }, dev };
}

type RemoteUrls = ReadonlyMap<string, string>;

function remoteSubgraph(text: string, earlier: RemoteUrls): RemoteUrls {
  const [name, url] = text.split(/=(.*)/s);
  if (!name || !url || !URL.canParse(url))
    throw new InvalidArgumentError('Expected name=url, such as health=http://127.0.0.1:4101.');
  return new Map([...earlier, [name, url]]);
}
