import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { restoreBackup, type Restored } from '../backup/restoreBackup.js';
import { abortedBySignal, auditWitnessOption, dataOption, ownersOption, wholeNumber } from '../options.js';
import { formatCount, megabytes, Progress } from '../progress.js';

const ABOUT = `Restores a backup into an empty or missing folder, and verifies all of it: every file, the audit log, marks, the ledger,
policy revisions and models.`;

const NOTES = `
Give the witness of the audit log (--audit-witness, or audit.witness): a backup that is older than its witness is refused,
because marks and records of the time since would be lost. The message says how many records are missing at least;
--lose-records with that number accepts the loss.

--check removes everything again after the checks. It needs the room of a restore, so name an empty folder with --data.

Examples:
  polku restore /mnt/backups/2026-05-14.polku --identity backup.key --data data --audit-witness /mnt/witness/polku
  polku restore /mnt/backups/2026-05-14.polku --identity backup.key --data /var/tmp/drill --check`;

export function restoreCommand(): Command {
  return new Command('restore')
    .description(ABOUT)
    .argument('<file>', 'the backup')
    .requiredOption('--identity <file>', 'the file with the private key of the backup')
    .addOption(dataOption())
    .addOption(auditWitnessOption())
    .addOption(ownersOption())
    .option('--check', 'verify only: restore nothing')
    .option(
      '--lose-records <n>',
      'restore although up to n records of the audit log are lost, which the witness knows of',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .addHelpText('after', NOTES)
    .action(restore);
}

interface RestoreCommandOptions {
  readonly data: string;
  readonly identity: string;
  readonly auditWitness?: string;
  readonly owners?: string;
  readonly check?: boolean;
  readonly loseRecords?: number;
}

async function restore(from: string, options: RestoreCommandOptions): Promise<void> {
  const { data, identity, auditWitness: witness, owners, check = false, loseRecords: mayLose } = options;
  if (mayLose !== undefined && witness === undefined)
    throw new PolkuError(
      'USAGE',
      'Without a witness no loss is known: --lose-records needs --audit-witness.',
    );
  const progress = new Progress();
  const restored = await restoreBackup({
    from,
    identity,
    data,
    witness,
    owners,
    mayLose,
    checkOnly: check,
    onProgress: (done, all) => progress.update(`${megabytes(done)} of ${megabytes(all)} MB`),
    signal: abortedBySignal(),
  });
  progress.done(`${formatCount(restored.manifest.files.length)} files in ${progress.seconds} s.`);
  for (const line of linesOf(restored)) console.log(line);
  console.log(
    check ? 'The backup is whole. Nothing was restored.' : `Restored ${data}. Before you serve it:`,
  );
  if (!check) for (const step of stepsAfter(restored)) console.log(`  - ${step}`);
}

function linesOf({ manifest, chains, lost, restricted, ledger, revisions }: Restored): string[] {
  const audit = chains.map(({ chain, records }) => `${chain} ${formatCount(records)}`).join(', ');
  const witnessed = { none: 'without a witness', all: 'none is missing by the witness' };
  return [
    `Backup of ${manifest.createdAt}, by Polku ${manifest.polku}.`,
    `Audit log: ${audit || 'none'} records, ${lost === undefined ? witnessed.none : lost === 0 ? witnessed.all : `at least ${formatCount(lost)} lost`}.`,
    `Marks: ${restricted.join(', ') || 'none'}. Ledger: ${ledger ? 'whole' : 'none'}. Policy revisions: ${revisions}.`,
  ];
}

function stepsAfter({ manifest, lost }: Restored): string[] {
  const hasLinkage = manifest.files.some(({ path }) => path === 'linkage/keys');
  return [
    ...(hasLinkage && !manifest.secrets.included.includes('linkage')
      ? ['put the linkage secret back: the file "linkage" in the folder of secrets, or POLKU_LINKAGE_SECRET']
      : []),
    ...(lost === undefined
      ? ['no witness was given, so nothing shows that this is the newest backup']
      : lost > 0
        ? ['keep the old witness as evidence, name a new file as audit.witness, and make lost marks again']
        : []),
    'everybody logs in to the console again; certificates and polku.yaml are not in a backup',
  ];
}
