import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createDevIssuer, type DevIssuer } from '../../gateway/identity/devIssuer.js';
import { trustedIssuer } from '../../gateway/identity/trustedIssuer.js';
import { PolkuError } from '../../lib/errors.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { auditWitnessOption, describeFault, untilStopped, wholeNumber } from '../options.js';
import { demoLogin, loadPersonas } from '../runtime/identity.js';
import { openRevisionService, openPolicy, registerTrust, storeFolder } from '../runtime/openPolicy.js';
import { Secrets } from '../runtime/secrets.js';
import { securitySink } from '../runtime/securitySink.js';
import { type RunningCity, startCity } from '../runtime/startCity.js';
import { serverOptions, type ServerOptions, tlsFiles, tokenRules } from '../serverOptions.js';

const ABOUT = `Starts the gateway: GraphQL at /graphql and the console at /. Every subgraph runs in this process, except those that
--subgraph names.`;

const NOTES = `
Policies: with --dev, the gateway watches the policy folder; an edit is in force within a second, and an invalid edit
changes nothing. Without --dev, only signed revisions are in force: two people of each owner concerned must sign them (see
polku policy propose --help).

Users: with --dev, a local issuer gives tokens to personas, the explorer lists them, and refusals give their reason. It
serves only snapshots of synthetic cities. Without --dev, give your identity provider:

  polku serve --data data --issuer https://id.example.org --audience polku --jwks https://id.example.org/jwks

To run a registry in its department's own process (see polku subgraph --help):

  polku serve --data data --dev --subgraph health=http://127.0.0.1:4101`;

interface ServeOptions extends ServerOptions {
  readonly personas?: string;
  readonly conceal?: boolean;
  readonly issuer?: string;
  readonly jwks?: string;
  readonly subgraph: ReadonlyMap<string, string>;
  readonly epoch: string;
  readonly auditWitness?: string;
  readonly auditRetention?: number;
}

export function serveCommand(): Command {
  return serverOptions(new Command('serve').description(ABOUT), 4000)
    .option('--dev', 'use a local issuer with personas; only for synthetic snapshots')
    .option('--personas <file>', 'with --dev: your own personas (YAML), in addition to those of Polku')
    .option('--conceal', 'answer about a hidden field as if it did not exist (default without --dev)')
    .option('--no-conceal', 'name the field, its owner and the reason in refusals (default with --dev)')
    .option('--issuer <url>', "the identity provider: the claim 'iss' of its tokens")
    .option('--jwks <url>', "the URL of the identity provider's keys (JWKS)")
    .option(
      '--subgraph <name=url>',
      'a subgraph that runs elsewhere; repeat the option for several',
      remoteSubgraph,
      new Map(),
    )
    .option('--epoch <name>', 'the epoch of pseudonyms; a new epoch replaces all of them', '1')
    .addOption(auditWitnessOption())
    .option(
      '--audit-retention <days>',
      'remove files of the audit log in which all records are older than this',
      wholeNumber(1, 36_500),
    )
    .addHelpText('after', NOTES)
    .action(async (options: ServeOptions) => {
      const { city, dev } = await serve(options);
      const stopped = untilStopped();
      console.log(`Polku serves ${city.url}graphql; the console is at ${city.url}`);
      if (dev)
        for (const { id, explanation, purposes } of dev.personas)
          console.log(`  ${id} (${purposes.join(', ')}): ${explanation}`);
      await stopped;
      await city.stop();
    });
}

/** Starts a gateway with these options. */
export async function serve(
  options: ServeOptions,
): Promise<{ city: RunningCity; dev: DevIssuer | undefined }> {
  const { data, owners, port, host, subgraph, epoch } = options;
  if (options.personas !== undefined && !options.dev)
    throw new PolkuError('USAGE', '--personas needs --dev: without --dev people have their own tokens.');
  const store = options.policiesFrom ?? storeFolder(data);
  const report = (line: string) => console.error(line);
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  const dev = options.dev
    ? await createDevIssuer({
        audience: options.audience,
        personas: await loadPersonas(options.personas),
        loginPerson: demoLogin(data, secrets, epoch),
      })
    : undefined;
  const trusted = dev?.trusted ?? issuerOf(options, report);
  const policy = await openPolicy(options, 'gateway', report);
  const city = await startCity({
    data,
    policy,
    revisionService: options.dev ? undefined : await openRevisionService({ data, store, owners }),
    secrets,
    trusted,
    port,
    host,
    tls: tlsFiles(options),
    remote: subgraph,
    conceal: options.conceal ?? !options.dev,
    epoch,
    securitySink: securitySink(options.securityEvents, report),
    auditWitness: options.auditWitness,
    auditRetention: options.auditRetention,
    ledgerCapacity: options.ledgerCapacity,
    riskTrust: registerTrust(options),
    dev,
    report,
  }).catch(async (error: unknown) => {
    await policy.close();
    throw error;
  });
  return { city, dev };
}

function issuerOf(options: ServeOptions, report: (line: string) => void): TrustedIssuer {
  const { issuer, audience, jwks } = options;
  if (issuer === undefined || jwks === undefined || !URL.canParse(jwks)) {
    throw new PolkuError(
      'USAGE',
      'Give the identity provider with --issuer and --jwks <url>, or use --dev for trials.',
    );
  }
  return trustedIssuer({
    issuer,
    audience,
    keys: new URL(jwks),
    ...tokenRules(options),
    report: (fault) => report(`issuer: ${describeFault(fault)}`),
  });
}

function remoteSubgraph(text: string, earlier: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [name, url] = text.split(/=(.*)/s);
  if (!name || !url || !URL.canParse(url))
    throw new InvalidArgumentError('Expected name=url, such as health=http://127.0.0.1:4101.');
  return new Map([...earlier, [name, url]]);
}
