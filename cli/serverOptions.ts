import { type Command, Option } from 'commander';
import { DEFAULT_CAPACITY } from '../disclosure-control/ledger/ledger.js';
import { PolkuError } from '../lib/errors.js';
import { MAX_LIFETIME_SECONDS, type TrustedIssuer } from '../schema/tokens/callerToken.js';
import {
  dataOption,
  ownersOption,
  policiesFromOption,
  portOption,
  secretsOption,
  watchedPoliciesOption,
  wholeNumber,
} from './options.js';

/** The options of both kinds of servers: a gateway, and a registry in its own process. */
export interface ServerOptions {
  readonly data: string;
  readonly dev?: boolean;
  readonly policies?: string;
  readonly policiesFrom?: string;
  readonly owners?: string;
  readonly secrets?: string;
  readonly port: number;
  readonly host: string;
  readonly audience: string;
  readonly tokenType?: string;
  readonly tokenUse?: string;
  readonly tokenLifetime?: number;
  readonly ledgerCapacity?: number | undefined;
  readonly securityEvents?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** Adds the server options to a command, with its default port. */
export function serverOptions(command: Command, port: number): Command {
  return command
    .addOption(dataOption())
    .addOption(watchedPoliciesOption())
    .addOption(policiesFromOption())
    .addOption(ownersOption())
    .addOption(secretsOption())
    .addOption(ledgerCapacityOption())
    .addOption(portOption(port))
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--tls-cert <file>', 'the certificate (PEM); needed for any address but loopback')
    .option('--tls-key <file>', 'the private key of the certificate (PEM)')
    .option('--audience <name>', "the name of this service in the claim 'aud' of tokens", 'polku')
    .addOption(tokenTypeOption())
    .addOption(tokenUseOption())
    .addOption(tokenLifetimeOption())
    .addOption(securityEventsOption());
}

function ledgerCapacityOption(): Option {
  return new Option('--ledger-capacity <n>', 'how many numbers about groups may be asked for in total')
    .argParser(wholeNumber(1, 1_000_000_000))
    .default(undefined, String(DEFAULT_CAPACITY));
}

function securityEventsOption(): Option {
  return new Option(
    '--security-events <file>',
    'the file that gets a JSON line for each response 401 or 403',
  ).default(undefined, 'standard error');
}

function tokenTypeOption(): Option {
  return new Option(
    '--token-type <typ>',
    'the required header "typ" of access tokens, such as at+jwt (RFC 9068)',
  ).default(undefined, 'JWT, at+jwt or none');
}

function tokenUseOption(): Option {
  return new Option('--token-use <value>', 'the required claim "token_use" of access tokens').default(
    undefined,
    'any but id',
  );
}

function tokenLifetimeOption(): Option {
  return new Option('--token-lifetime <seconds>', 'the longest time from issue to expiry of a token')
    .argParser(wholeNumber(60, 31_536_000))
    .default(undefined, String(MAX_LIFETIME_SECONDS));
}

/** What an access token must have apart from a signature; it depends on the identity provider. */
export function tokenRules({
  tokenType,
  tokenUse,
  tokenLifetime,
}: ServerOptions): Pick<TrustedIssuer, 'tokenType' | 'tokenUse' | 'maxLifetimeSeconds'> {
  return { tokenType, tokenUse, maxLifetimeSeconds: tokenLifetime };
}

/**
 * The certificate and its key.
 * @throws PolkuError USAGE
 */
export function tlsFiles({ tlsCert, tlsKey }: ServerOptions): { cert: string; key: string } | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined) return { cert: tlsCert, key: tlsKey };
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  throw new PolkuError('USAGE', '--tls-cert and --tls-key must be given together.');
}
