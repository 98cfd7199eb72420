import { Command, InvalidArgumentError } from 'commander';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import { readDisclosures } from '../../../subgraphs/registry/disclosure/readDisclosures.js';
import { auditReport } from '../../audit/auditReport.js';
import { findRecords } from '../../audit/findRecords.js';
import { PersonDigests } from '../../audit/personDigests.js';
import { reconcile } from '../../audit/reconcile.js';
import { auditFolder } from '../../audit/chains.js';
import { verifyAuditLog } from '../../audit/verifyAuditLog.js';
import { dataOption, secretsOption } from '../options.js';
import { count } from '../progress.js';
import { personOfCodeFile, personOfId } from '../runtime/auditPerson.js';
import { Secrets } from '../runtime/secrets.js';
import { discrepancyLine, recordLine, reportText, verificationText } from './auditText.js';

const ABOUT = `Reads the audit log: whether it is whole, whose data was read by whom, and what the registries say of it.
docs/how-to/check-the-audit-log.md tells when to use which.`;

/** What is wrong with a log is told apart from a command that could not run (1) or was misused (2). */
export const EXIT = { tampered: 3, wrongKeyOrWitness: 4 } as const;

const EXIT_CODES = `
Exit codes:
  0  the log is whole; the logs agree
  1  the command could not run
  2  the command was misused
  3  verify: the log was tampered with; reconcile: the logs differ
  4  verify: the key or the witness is of another log, or the witness proves nothing`;

export function auditCommand(): Command {
  return new Command('audit')
    .description(ABOUT)
    .addCommand(verifyCommand())
    .addCommand(findCommand())
    .addCommand(reportCommand())
    .addCommand(reconcileCommand());
}

interface LogOptions {
  readonly data: string;
  readonly secrets?: string;
}

function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Says up to which checkpoint each chain of the log is whole, or names the first record that was changed, removed or moved.',
    )
    .addOption(dataOption())
    .addOption(secretsOption())
    .option('--key <file>', 'the public key of the log (PEM); default: audit.key.pub among the secrets')
    .option(
      '--witness <file>',
      'checkpoints that were copied elsewhere; only they tell that an end was cut off',
    )
    .addHelpText(
      'after',
      `${EXIT_CODES}\n\nExample:\n  polku audit verify --data data --witness /mnt/witness/polku`,
    )
    .action(async (options: LogOptions & { key?: string; witness?: string }) => {
      requireLog(options.data);
      const verification = await verifyAuditLog(options.data, {
        key: await readPublicKey(options.key ?? join(secretsFolder(options), 'audit.key.pub')),
        witness: options.witness === undefined ? undefined : await readWitness(options.witness),
      });
      console.log(verificationText(verification));
      const { kind } = verification.fault ?? {};
      if (kind === undefined) return;
      const isOther = kind === 'wrong key' || kind === 'wrong witness';
      process.exitCode = isOther ? EXIT.wrongKeyOrWitness : EXIT.tampered;
    });
}

interface FindOptions extends LogOptions {
  readonly person?: string;
  readonly codeFile?: string;
  readonly subject?: string;
  readonly recipient?: string;
  readonly purpose?: string;
  readonly permit?: string;
  readonly epoch: string;
  readonly since?: string;
  readonly json?: boolean;
}

const FIND_NOTES = `
A person is given by an id, together with the purpose and the recipient that it was given to, or by an identity code in a
file or on standard input:
  polku audit find --person 7hT... --purpose care --recipient health-services
  polku audit find --code-file - < code.txt`;

function findCommand(): Command {
  return new Command('find')
    .description('Finds decisions: who asked what, for which purpose, and what became of it.')
    .addOption(dataOption())
    .addOption(secretsOption())
    .option('--person <id>', 'that read data of this person, by an id')
    .option('--code-file <file>', 'likewise, by the identity code in a file; - for standard input')
    .option('--subject <sub>', 'by this user or application')
    .option('--recipient <organisation>', 'to this organisation')
    .option('--purpose <purpose>', 'for this purpose')
    .option('--permit <number>', 'with --person: the permit that the id was given under')
    .option('--epoch <name>', 'with --person: the epoch of the id', '1')
    .option('--since <time>', 'not before this day or time (ISO 8601)', time)
    .option('--json', 'whole records, one JSON object a line')
    .addHelpText('after', FIND_NOTES)
    .action(async (options: FindOptions) => {
      requireLog(options.data);
      const { subject, recipient, purpose, since } = options;
      const person = await digestsOf(options);
      // With --person, purpose and recipient say where the id is from, not who has read.
      const asker = options.person === undefined ? { recipient, purpose } : {};
      let found = 0;
      for await (const record of findRecords(options.data, { person, subject, since, ...asker })) {
        console.log(options.json ? JSON.stringify(record) : recordLine(record));
        found += 1;
      }
      if (!options.json) console.log(`${count(found)} decisions.`);
    });
}

function reportCommand(): Command {
  return new Command('report')
    .description('Counts decisions by day, recipient and purpose, and lists uses of break-glass for review.')
    .addOption(dataOption())
    .option('--since <time>', 'not before this day or time (ISO 8601)', time)
    .action(async ({ data, since }: { data: string; since?: string }) => {
      requireLog(data);
      console.log(reportText(await auditReport(findRecords(data, { since }))));
    });
}

function reconcileCommand(): Command {
  return new Command('reconcile')
    .description(
      "Holds the audit log against the registries' own disclosure logs, and names what is missing or too much on either side.",
    )
    .addHelpText('after', EXIT_CODES)
    .addOption(dataOption())
    .option('--registries <folder...>', 'data directories of registries that run elsewhere')
    .option('--since <time>', 'not before this day or time (ISO 8601)', time)
    .action(
      async ({ data, registries = [], since }: { data: string; registries?: string[]; since?: string }) => {
        requireLog(data);
        const disclosures = (await Promise.all([data, ...registries].map(readDisclosures))).flat();
        if (disclosures.length === 0)
          throw new PolkuError(
            'SOURCE_UNREADABLE',
            'No registry keeps a disclosure log here; name where by --registries.',
          );
        const first = since ?? (await firstTime(data));
        const missing = await reconcile(findRecords(data, {}), disclosures, first);
        for (const discrepancy of missing) console.log(discrepancyLine(discrepancy));
        console.log(
          missing.length === 0
            ? `The logs agree: ${[...new Set(disclosures.map(({ registry }) => registry))].sort().join(', ')}.`
            : `${count(missing.length)} differences. A gateway that died before it answered leaves some behind; any other wants an explanation.`,
        );
        if (missing.length > 0) process.exitCode = EXIT.tampered;
      },
    );
}

/** The digests of all keys that a person has had; undefined where none is asked for. */
async function digestsOf(options: FindOptions): Promise<ReadonlySet<string> | undefined> {
  const { person, codeFile, data, purpose, recipient, permit, epoch } = options;
  if (person === undefined && codeFile === undefined) return undefined;
  const secrets = new Secrets(secretsFolder(options));
  const digests = new PersonDigests(await secrets.audit());
  if (codeFile !== undefined) return new Set(digests.ofAll(await personOfCodeFile(codeFile, data, secrets)));
  if (purpose === undefined || recipient === undefined)
    throw new PolkuError(
      'USAGE',
      'With --person name the --purpose and the --recipient that the id was given to.',
    );
  const domain = { purpose, recipient, permit, epoch };
  return new Set(digests.ofAll(await personOfId(person!, domain, data, secrets)));
}

/** When the gateway's log begins. */
async function firstTime(data: string): Promise<string> {
  for await (const { time: first } of findRecords(data, {})) return first;
  return '';
}

function secretsFolder({ data, secrets }: LogOptions): string {
  return secrets ?? join(data, 'secrets');
}

function requireLog(data: string): void {
  if (existsSync(auditFolder(data))) return;
  throw new PolkuError('SOURCE_UNREADABLE', `There is no audit log in ${data}; name the gateway's --data.`);
}

async function readPublicKey(file: string): Promise<KeyObject> {
  try {
    return createPublicKey(await readFile(file));
  } catch (cause) {
    throw new PolkuError(
      'SECRET_INVALID',
      `${file} does not hold the public key of an audit log (PEM); it lies beside the gateway's secrets as audit.key.pub.`,
      {},
      { cause },
    );
  }
}

async function readWitness(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new PolkuError('SOURCE_UNREADABLE', `The witness ${file} cannot be read.`, { file }, { cause });
  }
}

function time(text: string): string {
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  throw new InvalidArgumentError('Expected a day or a time, such as 2026-05-14 or 2026-05-14T08:00:00Z.');
}
