import { join } from 'node:path';
import { Command } from 'commander';
import { DEV_ISSUER } from '../../gateway/identity/devIssuer.js';
import { trustedIssuer } from '../../gateway/identity/trustedIssuer.js';
import { PolkuError } from '../../lib/errors.js';
import { serveSubgraph } from '../../registry-kit/subgraph/serveSubgraph.js';
import { SecurityEvents } from '../../schema/securityEvents.js';
import { describeFault, untilStopped } from '../options.js';
import { openLocalSubgraphs, subgraphNames } from '../runtime/localSubgraphs.js';
import { openPolicy, registerTrust } from '../runtime/openPolicy.js';
import { readGatewayKey, Secrets } from '../runtime/secrets.js';
import { securitySink } from '../runtime/securitySink.js';
import { serverOptions, type ServerOptions, tlsFiles, tokenRules } from '../serverOptions.js';

const ABOUT = `Serves one subgraph alone, as a department would: it enforces its owner's policy itself, and answers nobody but
its gateway, whose signed decision context and whose caller's token it verifies.`;

const NOTES = `
The gateway's public key lies beside its secret, as gateway.key.pub; it is made when the gateway first starts.

Example, beside "polku serve --data data --dev --subgraph health=http://127.0.0.1:4101":
  polku subgraph health --dev --port 4101 --data data --gateway-key data/secrets/gateway.key.pub \\
    --issuer polku-dev --jwks http://127.0.0.1:4000/.well-known/jwks.json

Without --dev it rules by the revisions that its owners have signed, which it verifies by its own owners.yaml. They come from a
folder, or from the gateway, which wants to see a token for the purpose policy-administration:
  polku subgraph health ... --policies-from https://gateway.example.org/ --policies-token FILE --owners owners.yaml

Off the loopback interface it serves over TLS only: --tls-cert and --tls-key.`;

interface SubgraphOptions extends ServerOptions {
  readonly policiesToken?: string;
  readonly gatewayKey: string;
  readonly issuer: string;
  readonly jwks: string;
}

export function subgraphCommand(): Command {
  return serverOptions(new Command('subgraph').description(ABOUT), 4100)
    .argument('<name>', `one of: ${subgraphNames.join(', ')}`)
    .option('--dev', 'policies are watched; synthetic snapshots only')
    .option(
      '--policies-token <file>',
      'holds the token that a gateway wants to see when policies come from it',
    )
    .requiredOption('--gateway-key <file>', 'public key of the gateway that is answered (PEM)')
    .requiredOption('--issuer <name>', "the identity provider, as its tokens' iss has it")
    .requiredOption('--jwks <url>', "the identity provider's keys")
    .addHelpText('after', NOTES)
    .action(async (name: string, options: SubgraphOptions) => {
      if (!subgraphNames.includes(name)) {
        throw new PolkuError(
          'USAGE',
          `There is no subgraph "${name}". There are: ${subgraphNames.join(', ')}.`,
        );
      }
      if (!URL.canParse(options.jwks)) throw new PolkuError('USAGE', '--jwks wants a URL.');
      const tls = tlsFiles(options);
      const { data, issuer, audience } = options;
      if (issuer === DEV_ISSUER && !options.dev) {
        throw new PolkuError(
          'USAGE',
          `Tokens of ${DEV_ISSUER} let anyone be anyone: with them a registry serves synthetic people only, by --dev.`,
        );
      }
      const policy = await openPolicy(options, name, (line) => console.error(line));
      const local = await openLocalSubgraphs({
        names: [name],
        data,
        writer: name,
        secrets: new Secrets(options.secrets ?? join(data, 'secrets')),
        policy: (revision) => policy.under(revision),
        syntheticOnly: options.dev === true,
        ledgerCapacity: options.ledgerCapacity,
        riskTrust: registerTrust(options),
        onRefreshError: (error) => console.error(describeFault(error)),
      });
      const securityEvents = new SecurityEvents({
        service: name,
        sink: securitySink(options.securityEvents, (line) => console.error(line)),
      });
      const running = await serveSubgraph(local.subgraphs[0]!, {
        host: options.host,
        port: options.port,
        gatewayKey: await readGatewayKey(options.gatewayKey),
        trusted: trustedIssuer({
          issuer,
          audience,
          keys: new URL(options.jwks),
          ...tokenRules(options),
          report: (fault) => console.error(`issuer: ${describeFault(fault)}`),
        }),
        catchUp: (revision) => policy.catchUp(revision),
        securityEvents,
        reportFault: (fault) => console.error(describeFault(fault)),
        tls,
      });
      const stopped = untilStopped();
      console.log(`The subgraph ${name} serves its gateway at ${running.url}`);
      await stopped;
      await policy.close();
      await running.stop();
      securityEvents.flush();
      await local.stop();
    });
}
