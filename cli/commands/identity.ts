import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { withoutIdentityCodes } from '../../schema/identityCodeText.js';
import {
  type Caller,
  type CallerFact,
  callerFacts,
  describeSource,
  plainClaims,
} from '../../schema/tokens/callerClaims.js';
import { issuerOf, type TrustedIssuer, verifyCallerToken } from '../../schema/tokens/callerToken.js';
import type { Configuration } from '../configuration/configuration.js';
import { configurationOf } from '../configuration/keyOption.js';
import { trustedIssuersOf } from '../runtime/identity.js';
import { ProcessLog } from '../runtime/processLog.js';

/** What policy decides by. Other facts name one person, so only their presence is shown. */
const SHOWN: ReadonlySet<CallerFact> = new Set(['recipient', 'roles', 'purposes', 'units']);

export function identityCommand(): Command {
  return new Command('identity').description('Shows how access tokens are read.').addCommand(
    new Command('explain')
      .description(
        `Shows what an access token becomes: its identity provider, recipient, roles, purposes and units, and the claims that
they come from; or why it is refused. It shows no subject, employee, permit or person.`,
      )
      .requiredOption('--token-file <file>', 'the file with the access token')
      .action(async ({ tokenFile }: { tokenFile: string }, command: Command) => {
        const token = (await readFile(tokenFile, 'utf8')).trim().replace(/^Bearer +/i, '');
        await explain(token, configurationOf(command));
      }),
  );
}

/** @throws PolkuError UNAUTHENTICATED, ISSUER_UNAVAILABLE, after its reason is shown */
async function explain(token: string, configuration: Configuration): Promise<void> {
  const log = new ProcessLog(configuration.log, { service: 'identity', forPeople: true });
  const issuers = trustedIssuersOf(configuration, log);
  try {
    const issuer = issuerOf(token, issuers);
    console.log(`issuer: ${issuer.issuer}`);
    const caller = await verifyCallerToken(token, issuers);
    for (const fact of callerFacts) console.log(lineOf(fact, caller, issuer));
  } catch (error) {
    if (error instanceof PolkuError && error.code === 'UNAUTHENTICATED')
      console.log(`refused: ${String(error.details['reason'])}`);
    throw error;
  }
}

function lineOf(fact: CallerFact, caller: Caller, { claims = plainClaims }: TrustedIssuer): string {
  const source = claims[fact];
  if (!source) return `${fact}: not held (not mapped)`;
  const values = [caller[fact] ?? []].flat();
  const shown = SHOWN.has(fact) ? withoutIdentityCodes(values.join(', ')) : 'held';
  return `${fact}: ${values.length > 0 ? shown : 'not held'} (${describeSource(source)})`;
}
