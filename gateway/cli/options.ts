import { InvalidArgumentError, Option } from 'commander';
import { join } from 'node:path';
import { MAX_LIFETIME_SECONDS, type TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { packageRoot } from '../../schema/packageRoot.js';
import { DEFAULT_CAPACITY } from '../../subgraphs/cohorts/ledger/ledger.js';

/** Reads an option that is a whole number in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

// Options that several commands share, so that they read alike everywhere.

export function dataOption(): Option {
  return new Option('--data <folder>', 'where snapshots, linkage and the audit log lie').default('data');
}

/** The policies that come with Polku. */
export const policiesFolder = join(packageRoot(), 'policies');

export function policiesOption(): Option {
  return new Option('--policies <folder>', 'purposes, roles and one policy for each registry').default(
    policiesFolder,
    "Polku's own",
  );
}

export function watchedPoliciesOption(): Option {
  return new Option('--policies <folder>', 'with --dev: the policies, which are watched').default(
    undefined,
    "Polku's own",
  );
}

export function policiesFromOption(): Option {
  return new Option(
    '--policies-from <place>',
    'without --dev: the store of signed policy revisions, a folder',
  ).default(undefined, '<data>/policies');
}

export function ownersOption(): Option {
  return new Option(
    '--owners <file>',
    "whose signatures count: owners' people and their public keys",
  ).default(undefined, "Polku's own");
}

export function secretsOption(): Option {
  return new Option(
    '--secrets <folder>',
    'where secrets lie, a file each, readable by their owner only; made at first use',
  ).default(undefined, '<data>/secrets');
}

export function auditWitnessOption(): Option {
  return new Option(
    '--audit-witness <file>',
    'a file elsewhere, to which checkpoints of the audit log are copied',
  );
}

export function ledgerCapacityOption(): Option {
  return new Option('--ledger-capacity <n>', 'how many numbers about groups may ever be asked for')
    .argParser(wholeNumber(1, 1_000_000_000))
    .default(undefined, String(DEFAULT_CAPACITY));
}

export function securityEventsOption(): Option {
  return new Option(
    '--security-events <file>',
    'where refusals by 401 and 403 are noted, a line of JSON each',
  ).default(undefined, 'standard error');
}

/** What an access token must be besides signed, as the identity provider makes them. */
export interface TokenOptions {
  readonly tokenType?: string;
  readonly tokenUse?: string;
  readonly tokenLifetime?: number;
}

export function tokenTypeOption(): Option {
  return new Option(
    '--token-type <typ>',
    'the header "typ" of access tokens, such as at+jwt (RFC 9068)',
  ).default(undefined, 'JWT, at+jwt or none');
}

export function tokenUseOption(): Option {
  return new Option('--token-use <value>', 'the claim "token_use" of access tokens').default(
    undefined,
    'any but id',
  );
}

export function tokenLifetimeOption(): Option {
  return new Option('--token-lifetime <seconds>', 'the longest time from issue to expiry of a token')
    .argParser(wholeNumber(60, 31_536_000))
    .default(undefined, String(MAX_LIFETIME_SECONDS));
}

export function tokenRules({
  tokenType,
  tokenUse,
  tokenLifetime,
}: TokenOptions): Pick<TrustedIssuer, 'tokenType' | 'tokenUse' | 'maxLifetimeSeconds'> {
  return { tokenType, tokenUse, maxLifetimeSeconds: tokenLifetime };
}

export function portOption(port: number): Option {
  return new Option('--port <n>', 'port to listen on').argParser(wholeNumber(0, 65_535)).default(port);
}

export function hostOption(): Option {
  return new Option('--host <address>', 'address to listen on').default('127.0.0.1');
}
