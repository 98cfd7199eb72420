import type { Command, Option } from 'commander';
import type { IssuerConfiguration } from './configuration/configuration.js';
import { KeyOption } from './configuration/keyOption.js';
import {
  dataOption,
  ownersOption,
  policiesFromOption,
  secretsOption,
  watchedPoliciesOption,
  wholeNumber,
} from './options.js';

/**
 * Adds the options of a server to a command: a gateway, or a registry in a process of its own.
 * @param section the section of the configuration that says where it listens
 */
export function serverOptions(command: Command, section: 'gateway' | 'registry'): Command {
  return command
    .addOption(dataOption())
    .addOption(watchedPoliciesOption())
    .addOption(policiesFromOption())
    .addOption(ownersOption())
    .addOption(secretsOption())
    .addOption(
      new KeyOption(
        '--ledger-capacity <n>',
        'how many numbers about groups may be asked for in total',
        'groups.capacity',
      ).argParser(wholeNumber(1, 1_000_000_000)),
    )
    .addOption(
      new KeyOption('--port <n>', 'the port to listen on', `${section}.port`).argParser(
        wholeNumber(0, 65_535),
      ),
    )
    .addOption(new KeyOption('--host <address>', 'the address to listen on', `${section}.host`))
    .addOption(
      new KeyOption(
        '--tls-cert <file>',
        'the certificate (PEM); needed for any address but loopback',
        `${section}.tls.certificate`,
      ),
    )
    .addOption(
      new KeyOption('--tls-key <file>', 'the private key of the certificate (PEM)', `${section}.tls.key`),
    )
    .addOption(
      new KeyOption(
        '--admin-port <n>',
        'the port of the listener for operators (/metrics), on this machine only unless admin.host says otherwise',
        'admin.port',
      ).argParser(wholeNumber(0, 65_535)),
    )
    .addOption(
      new KeyOption(
        '--audience <name>',
        "the name of this service in the claim 'aud' of tokens",
        'identity.audience',
      ),
    )
    .addOption(
      issuerOption('--issuer <url>', "the identity provider: the claim 'iss' of its tokens", 'issuer'),
    )
    .addOption(
      issuerOption(
        '--jwks <url>',
        "the URL of the identity provider's keys (JWKS); by default its metadata names it",
        'keys',
      ),
    )
    .addOption(
      issuerOption(
        '--token-type <typ>',
        'the required header "typ" of access tokens, such as at+jwt (RFC 9068)',
        'tokenType',
      ),
    )
    .addOption(
      issuerOption('--token-use <value>', 'the required claim "token_use" of access tokens', 'tokenUse'),
    )
    .addOption(
      issuerOption(
        '--token-lifetime <seconds>',
        'the longest time from issue to expiry of a token',
        'lifetimeSeconds',
      ).argParser(wholeNumber(60, 31_536_000)),
    )
    .addOption(
      new KeyOption(
        '--security-events <file>',
        'the file that gets a JSON line for each security event',
        'log.securityEvents',
      ),
    );
}

/** An option about the first identity provider of the configuration. */
function issuerOption(flags: string, description: string, key: keyof IssuerConfiguration): Option {
  return new KeyOption(flags, description, `identity.issuers.0.${key}`);
}
