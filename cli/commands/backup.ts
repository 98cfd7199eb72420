import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { PolkuError } from '../../lib/errors.js';
import { createPrivateFile } from '../../lib/secretFile.js';
import { writeBackup } from '../backup/writeBackup.js';
import type { Configuration } from '../configuration/configuration.js';
import { configurationOf, KeyOption } from '../configuration/keyOption.js';
import { abortedBySignal, dataOption, secretsOption } from '../options.js';
import { formatCount, megabytes, Progress } from '../progress.js';

const ABOUT = `Writes the data directory into one file, encrypted to public keys. Gateways, extractions and marks go on meanwhile.`;

const NOTES = `
The file holds everything that the service needs to answer the same again: snapshots, linkage, marks, the audit log, the
ledger, policy revisions, models and secrets. It lacks the linkage secret (--with-linkage-secret adds it; otherwise keep it
apart), the secret of sessions, certificates and polku.yaml. docs/how-to/back-up-and-restore.md has the whole list.

The file is a tar archive in the format of age (https://age-encryption.org), so "age --decrypt" reads it, too. Only the
private key opens it. Keep that key away from this machine.

Examples:
  polku backup key backup.key
  polku backup --to /mnt/backups/2026-05-14.polku --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p`;

export function backupCommand(): Command {
  return new Command('backup')
    .description(ABOUT)
    .addOption(dataOption())
    .addOption(secretsOption())
    .addOption(
      new KeyOption(
        '--recipient <key...>',
        'the public keys that the backup is encrypted to (age1...)',
        'backup.recipients',
      ),
    )
    .option('--recipients <file>', 'a file with more public keys, one a line')
    .option('--to <file>', 'the file to write; it must not exist')
    .option('--with-linkage-secret', 'add the linkage secret: with it, the backup reveals all identity codes')
    .addHelpText('after', NOTES)
    .action(async (options: BackupCommandOptions, command: Command) => backup(options, command))
    .addCommand(keyCommand());
}

interface BackupCommandOptions {
  readonly data: string;
  readonly secrets?: string;
  readonly recipient?: readonly string[];
  readonly recipients?: string;
  readonly to?: string;
  readonly withLinkageSecret?: boolean;
}

async function backup(options: BackupCommandOptions, command: Command): Promise<void> {
  const { data, secrets = join(data, 'secrets'), to, recipient = [], recipients: file } = options;
  if (to === undefined) throw new PolkuError('USAGE', 'Name the file to write with --to.');
  if (!existsSync(data)) throw new PolkuError('USAGE', `There is no data directory ${data}.`);
  const progress = new Progress();
  const { files, bytes, chains, included, leftOut } = await writeBackup({
    data,
    secrets,
    policies: revisionsFolder(configurationOf(command)),
    to,
    recipients: [...recipient, ...(file === undefined ? [] : await readRecipients(file))],
    withLinkageSecret: options.withLinkageSecret === true,
    onProgress: (done, all) => progress.update(`${megabytes(done)} of ${megabytes(all)} MB`),
    signal: abortedBySignal(),
  });
  progress.done(`${formatCount(files)} files, ${megabytes(bytes)} MB, in ${progress.seconds} s.`);
  console.log(`Wrote ${to}.`);
  for (const { chain, seq, time } of chains)
    console.log(`The chain "${chain}" of the audit log ends with record ${seq}, of ${time}.`);
  console.log(`Secrets in it: ${included.join(', ') || 'none'}. Left out: ${leftOut.join(', ') || 'none'}.`);
}

/** Policies that another server gives are in its backup, not in this one. */
function revisionsFolder({ policies: { from } }: Configuration): string | undefined {
  if (from === undefined || /^https?:/.test(from)) return undefined;
  if (existsSync(from)) return from;
  throw new PolkuError('USAGE', `There is no folder ${from}, which policies.from names.`);
}

async function readRecipients(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

function keyCommand(): Command {
  return new Command('key')
    .description(
      'Makes a pair of keys for backups: the private key in a file, the public key on standard output. Keep the file where no server is: who has it reads every backup.',
    )
    .argument('<file>', 'the file for the private key; it must not exist')
    .action(async (file: string) => {
      const identity = await generateX25519Identity();
      const recipient = await identityToRecipient(identity);
      try {
        await createPrivateFile(file, `# public key: ${recipient}\n${identity}\n`);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
        throw new PolkuError('USAGE', `${file} exists. Name a new file: its key may open old backups.`);
      }
      console.log(recipient);
    });
}
