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

On any address but loopback it serves only over TLS: --tls-cert and --tls-key.`;

interface SubgraphOptions extends ServerOptions {
  readonly policiesToken?: string;
  readonly gatewayKey: string;
  readonly issuer: string;
  readonly jwks: string;
}

export function subgraphCommand(): Command {
  return serverOptions(new Command('subgraph').description(ABOUT), 4100)
    .argument('<name>', `one of: ${subgraphNames.join(', ')}`)
    .option('--dev', 'watch a folder of policies; only for synthetic snapshots')
    .option('--policies-token <file>', 'a file with the token for fetching policies from a gateway')
    .requiredOption('--gateway-key <file>', 'the public key of the gateway that may ask (PEM)')
    .requiredOption('--issuer <name>', "the identity provider: the claim 'iss' of its tokens")
    .requiredOption('--jwks <url>', "the URL of the identity provider's keys (JWKS)")
    .addHelpText('after', NOTES)
    .action(async (name: string, options: SubgraphOptions) => {
      if (!subgraphNames.includes(name)) {
        throw new PolkuError(
          'USAGE',
          `There is no subgraph "${name}". There are: ${subgraphNames.join(', ')}.`,
        );
      }
      if (!URL.canParse(options.jwks)) throw new PolkuError('USAGE', '--jwks must be a URL.');
      const tls = tlsFiles(options);
      const { data, issuer, audience } = options;
      if (issuer === DEV_ISSUER && !options.dev) {
        throw new PolkuError(
          'USAGE',
          `Anyone can get any token of ${DEV_ISSUER}. A registry accepts them only with --dev, for synthetic people.`,
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
