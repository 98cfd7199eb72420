import { userInfo } from 'node:os';
import { Command } from 'commander';
import { Domains } from '../../gateway/pseudonyms.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import {
  auditWitnessOption,
  dataOption,
  ownersOption,
  policiesFromOption,
  secretsOption,
  watchedPoliciesOption,
} from '../options.js';
import { extractPermit } from '../permit/extractPermit.js';
import { formatCount, Progress } from '../progress.js';
import { type RegistriesOptions, withRegistries } from '../runtime/openRegistries.js';

const ABOUT = `Extracts the data of a research permit into Parquet files: the fields and people that the permit covers and the owners
grant, masked as for its purpose. Ids belong to the permit's own pseudonymisation domain: they match the ids in the
holder's queries and no others.`;

const NOTES = `
The file manifest.json says what was extracted, under which policy revision, and until when it may be used. Delete the
files after that day. The audit log has an entry for each person whose data was read. Permits have their own chain in it,
so a gateway may run at the same time.

Example:
  polku permit extract demo-permit-1 --data data --out extracts/demo-permit-1 --dev`;

interface PermitOptions extends RegistriesOptions {
  readonly data: string;
  readonly out: string;
  readonly role: string;
  readonly by: string;
  readonly epoch: string;
}

export function permitCommand(): Command {
  const extract = new Command('extract')
    .description(ABOUT)
    .argument('<number>', 'the number of the permit in permits.yaml')
    .requiredOption('--out <folder>', 'the folder for the files; it must be new')
    .addOption(dataOption())
    .option('--role <role>', "the role of the permit's holder; the owners' grants name it", 'researcher')
    .option('--by <name>', 'who runs the extraction, for the audit log', userInfo().username)
    .option('--epoch <name>', 'the epoch of pseudonyms, the same as for polku serve', '1')
    .option('--dev', 'use policies of a folder; only for synthetic snapshots')
    .addOption(watchedPoliciesOption())
    .addOption(policiesFromOption())
    .addOption(ownersOption())
    .addOption(secretsOption())
    .addOption(auditWitnessOption())
    .addHelpText('after', NOTES)
    .action(extractForPermit);
  return new Command('permit')
    .description('Extracts data for research permits (552/2019).')
    .addCommand(extract);
}

async function extractForPermit(permit: string, options: PermitOptions): Promise<void> {
  const { data, out, role, by, epoch } = options;
  await withRegistries(options, 'permit', async ({ policy, subgraphs, auditLog, personDigests, secrets }) => {
    const domains = new Domains(await secrets.domain());
    const progress = new Progress();
    const { tables: people } = await openSnapshot(data, personFlagsRegistry);
    const manifest = await extractPermit({
      permit,
      role,
      by,
      out,
      policy,
      subgraphs,
      persons: people.persons.subject,
      domainOf: (name) => domains.domain({ ...name, epoch }),
      auditLog,
      personDigests,
    });
    for (const [type, { rows }] of Object.entries(manifest.tables))
      progress.done(`  ${type}.parquet: ${formatCount(rows)} rows`);
    progress.done(
      `Permit ${permit} in ${out}, ${progress.seconds} s. It may be used until ${manifest.expires}.`,
    );
  });
}
