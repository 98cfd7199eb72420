import { userInfo } from 'node:os';
import { Command } from 'commander';
import { Domains } from '../../gateway/pseudonyms.js';
import { overlaysRegistry } from '../../registry-kit/person-flags/personFlags.js';
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
import { count, Progress } from '../progress.js';
import { type RegistriesOptions, withRegistries } from '../runtime/openRegistries.js';

const ABOUT = `Writes the rows that a research permit opens as Parquet files: fields and people that the permit names and their
owners grant, masked as they are for its purpose, under ids of the permit's own pseudonymisation domain, which fit
those of its holder's queries and nothing else.`;

const NOTES = `
Beside the files lies manifest.json: what was extracted, by which policy revision, and until when it may be used. After that day
delete it. Each person read has an entry in the audit log, which has a chain of its own for permits: a gateway may run meanwhile.

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
    .argument('<number>', 'the permit, as permits.yaml names it')
    .requiredOption('--out <folder>', 'where to write; a new folder')
    .addOption(dataOption())
    .option('--role <role>', "the holder's role, to which owners grant", 'researcher')
    .option('--by <name>', 'who extracts, for the audit log', userInfo().username)
    .option('--epoch <name>', 'the epoch of pseudonyms, as polku serve has it', '1')
    .option('--dev', 'policies of a folder; synthetic snapshots only')
    .addOption(watchedPoliciesOption())
    .addOption(policiesFromOption())
    .addOption(ownersOption())
    .addOption(secretsOption())
    .addOption(auditWitnessOption())
    .addHelpText('after', NOTES)
    .action(extractForPermit);
  return new Command('permit').description('Research permits (552/2019).').addCommand(extract);
}

async function extractForPermit(permit: string, options: PermitOptions): Promise<void> {
  const { data, out, role, by, epoch } = options;
  await withRegistries(options, 'permit', async ({ policy, subgraphs, auditLog, personDigests, secrets }) => {
    const domains = new Domains(await secrets.domain());
    const progress = new Progress();
    const { tables: people } = await openSnapshot(data, overlaysRegistry);
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
      progress.done(`  ${type}.parquet: ${count(rows)} rows`);
    progress.done(
      `Permit ${permit} in ${out}, ${progress.seconds} s. It may be used until ${manifest.expires}.`,
    );
  });
}
