import { userInfo } from 'node:os';
import { Command } from 'commander';
import { signPayload } from '../../approvals/personKey.js';
import { Domains } from '../../gateway/pseudonyms.js';
import { PolkuError } from '../../lib/errors.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { permitDataset } from '../catalogue/permitDataset.js';
import { fieldEntries } from '../catalogue/registryEntry.js';
import { confirmSigning } from '../confirm.js';
import {
  auditWitnessOption,
  dataOption,
  ownersOption,
  policiesFromOption,
  secretsOption,
  watchedPoliciesOption,
} from '../options.js';
import { extractPermit } from '../permit/extractPermit.js';
import { describeCheck } from '../permit/outputCheck.js';
import { heldFolder } from '../permit/permitManifest.js';
import {
  readHeldExtract,
  releaseExtract,
  releasePayload,
  requireReleasable,
} from '../permit/releasePermit.js';
import { formatCount, Progress } from '../progress.js';
import { committedApi } from '../runtime/loadOperations.js';
import { ownersFile } from '../runtime/openPolicy.js';
import { readSigner } from '../runtime/secrets.js';
import { type RegistriesOptions, withRegistries } from '../runtime/openRegistries.js';

const ABOUT = `Extracts the data of a research permit into Parquet files: the fields and people that the permit covers and the owners
grant, masked as for its purpose. Ids belong to the permit's own pseudonymisation domain: they match the ids in the
holder's queries and no others.`;

const NOTES = `
The files are held in <out>.held until another person has looked at the output check and released them:
  polku permit release <out> --key PRIVATE-KEY --reason "..."

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
    .description('Extracts data for research permits (552/2019), and releases what was extracted.')
    .addCommand(extract)
    .addCommand(releaseCommand());
}

function releaseCommand(): Command {
  return new Command('release')
    .description(
      'Shows the output check of an extract, asks, and releases it. Another person than who extracted it must run this, of an owner whose data is in it.',
    )
    .argument('<out>', 'the folder that --out of the extraction named')
    .requiredOption('--reason <text>', 'why it may be released, in a sentence that others will read')
    .option('--despite <text>', 'why it may be released although the check found something')
    .option('--key <file>', 'your private key ("polku policy key" creates one)')
    .addOption(ownersOption())
    .option('--by <name>', 'with --dev: who releases it, because nobody signs')
    .option('--dev', 'without a signature; only for synthetic snapshots')
    .option('--yes', 'do not ask, for scripts')
    .action(release);
}

interface ReleaseOptions {
  readonly reason: string;
  readonly despite?: string;
  readonly key?: string;
  readonly owners?: string;
  readonly by?: string;
  readonly dev?: boolean;
  readonly yes?: boolean;
}

async function release(out: string, options: ReleaseOptions): Promise<void> {
  const { reason, despite, yes } = options;
  const extract = await readHeldExtract(out);
  const { permit, extractedBy, recipient, expires, check } = extract.manifest;
  const { person, sign } = await releaser(options);
  console.log(
    `Permit ${permit} for ${recipient}, extracted by ${extractedBy}, to be used until ${expires}.\n${describeCheck(check)}`,
  );
  const statement = { person, reason, despite, now: new Date() };
  requireReleasable(extract, statement);
  if (yes !== true) await confirmSigning('Release? Type the number of the permit', permit);
  const payload = releasePayload(extract, statement);
  const signed = { payload, person, signature: sign?.(payload) };
  await releaseExtract(out, extract, signed, ownersFile(options));
  console.log(`Permit ${permit} is released in ${out}, by ${person}.`);
}

/** Who releases; with `--dev` a name without a key. */
async function releaser({ dev, key, by, owners }: ReleaseOptions): Promise<{
  readonly person: string;
  readonly sign?: (payload: string) => string;
}> {
  if (dev) {
    if (by !== undefined && key === undefined) return { person: by };
    throw new PolkuError('USAGE', 'With --dev nobody signs: give your name with --by, and leave out --key.');
  }
  if (key === undefined || by !== undefined)
    throw new PolkuError(
      'USAGE',
      'Give your private key with --key, and no --by. For a synthetic city, use --dev.',
    );
  const signer = await readSigner({ key, owners });
  return { person: signer.person, sign: (payload) => signPayload(payload, signer.key) };
}

async function extractForPermit(permit: string, options: PermitOptions): Promise<void> {
  const { data, out, role, by, epoch } = options;
  await withRegistries(options, 'permit', async ({ policy, subgraphs, auditLog, personDigests, secrets }) => {
    const domains = new Domains(await secrets.domain());
    const progress = new Progress();
    const fields = fieldEntries(policy, await committedApi());
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
      describe: (made) => permitDataset(made, fields),
    });
    for (const [type, { rows }] of Object.entries(manifest.tables))
      progress.done(`  ${type}.parquet: ${formatCount(rows)} rows`);
    progress.done(
      `Permit ${permit} is held in ${heldFolder(out)}, ${progress.seconds} s. It may be used until ${manifest.expires}.\n` +
        `Another person releases it: polku permit release ${out} --help`,
    );
  });
}
