import { readFile } from 'node:fs/promises';
import { loginDomain } from '../../gateway/identity/bearerToken.js';
import type { LoginPerson } from '../../gateway/identity/devIssuer.js';
import { ResidentIssuer, type ResidentIssuerOptions } from '../../gateway/identity/residentIssuer.js';
import { type Persona, personas } from '../../gateway/identity/personas.js';
import { trustedIssuer } from '../../gateway/identity/trustedIssuer.js';
import { Domains, seal } from '../../gateway/pseudonyms.js';
import { today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import { parseFile } from '../../policies/engine/parse/parsePolicy.js';
import { fileSchemas } from '../../policies/engine/parse/policyFiles.js';
import { collectProblems, formatProblems } from '../../policies/engine/parse/problems.js';
import { codeAt } from '../../registry-kit/columns/table.js';
import { flagConditions } from '../../registry-kit/person-flags/flagConditions.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { noRestrictions } from '../../registry-kit/restrictions/restrictions.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import type { TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import type { Configuration } from '../configuration/configuration.js';
import type { Secrets } from './secrets.js';

/** The unit whose clients the persona `family-team` serves. */
const UNIT = 'PT-1';

/**
 * The person that the persona `resident` of `--dev` is logged in as: the id of the first adult client of the
 * family team.
 */
export function demoLogin(data: string, secrets: Secrets, epoch: string): LoginPerson {
  return async () => {
    const { careRelationships } = healthRegistry.tables;
    const { tables } = await openSnapshot(data, { ...healthRegistry, tables: { careRelationships } });
    const { tables: overlays } = await openSnapshot(data, personFlagsRegistry);
    const isAdult = flagConditions(overlays, noRestrictions, today(), undefined).subject.adult!;
    const { subject, columns } = tables.careRelationships;
    const client = subject.find((person, row) => codeAt(columns.unit, row) === UNIT && isAdult(person));
    if (client === undefined) return undefined;
    return seal(loginDomain(new Domains(await secrets.domain()), epoch), 'PersonID', client);
  };
}

/**
 * The identity providers of the configuration.
 * @throws PolkuError USAGE unless one is named
 */
export function trustedIssuersOf(
  { identity: { audience, issuers, clockToleranceSeconds, outageHours } }: Configuration,
  log: Log,
): readonly TrustedIssuer[] {
  if (issuers.length === 0)
    throw new PolkuError(
      'USAGE',
      'Name the identity provider: identity.issuers in polku.yaml, or --issuer <url>. For trials use --dev.',
    );
  return issuers.map(({ keys, lifetimeSeconds, ...given }) =>
    trustedIssuer({
      audience,
      ...given,
      keys: keys === undefined ? undefined : new URL(keys),
      maxLifetimeSeconds: lifetimeSeconds,
      clockToleranceSeconds,
      outageHours,
      report: (fault) => log.fault('issuer-unavailable', fault, { issuer: given.issuer }),
    }),
  );
}

/**
 * The gateway as the issuer of residents' tokens; undefined where no login has an identity code.
 * @param residentOf linkage; undefined where it runs in another process
 * @throws PolkuError CONFIG_INVALID
 */
export async function residentIssuerOf(
  { console: { logins }, identity: { audience }, gateway: { epoch } }: Configuration,
  secrets: Secrets,
  residentOf: ResidentIssuerOptions['residentOf'] | undefined,
): Promise<ResidentIssuer | undefined> {
  if (logins.every(({ identityCode }) => identityCode === undefined)) return undefined;
  if (residentOf === undefined)
    throw new PolkuError(
      'CONFIG_INVALID',
      'console.logins names a claim with identity codes, which linkage reads. It must run in the gateway: remove registries.linkage.',
    );
  const domains = new Domains(await secrets.domain());
  return new ResidentIssuer({
    key: await secrets.gatewayKey(),
    publicKeys: await secrets.gatewayPublicKeys(),
    audience,
    domains,
    epoch,
    residentOf,
  });
}

/**
 * Polku's personas and those of a file. A persona of the file replaces Polku's persona with the same id.
 * @throws PolkuError USAGE if the file cannot be read or has errors
 */
export async function loadPersonas(file: string | undefined): Promise<readonly Persona[]> {
  if (file === undefined) return personas;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new PolkuError('USAGE', `The personas in ${file} cannot be read.`, { file }, { cause });
  });
  const { result, problems } = collectProblems((found) =>
    parseFile({ file, text }, fileSchemas.personas, found),
  );
  if (!result) {
    throw new PolkuError('USAGE', `The personas are not of the expected form:\n${formatProblems(problems)}`);
  }
  return [
    ...new Map([...personas, ...result.content.personas].map((persona) => [persona.id, persona])).values(),
  ];
}
