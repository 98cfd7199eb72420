import { createPublicKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PersonDigests } from '../../gateway/audit/auditRecord.js';
import {
  BrokenChain,
  type ExportOptions,
  exportRecords,
  readPosition,
} from '../../gateway/audit/exportRecords.js';
import { findRecords } from '../../gateway/audit/readRecords.js';
import { auditReport, reconcile } from '../../gateway/audit/reconcile.js';
import { auditFolder } from '../../gateway/audit/segments.js';
import { verifyAuditLog } from '../../gateway/audit/verifyAuditLog.js';
import { PolkuError } from '../../lib/errors.js';
import { readDisclosureRecords } from '../../registry-kit/disclosureLog.js';
import { discrepancyLine, faultLine, recordLine, reportText, verificationText } from '../auditTexts.js';
import { dataOption, secretsOption, untilStopped } from '../options.js';
import { formatCount } from '../progress.js';
import { personOfCodeFile, personOfId } from '../runtime/auditChains.js';
import { Secrets } from '../runtime/secrets.js';

const ABOUT = `Checks and searches the audit log: whether it is complete, who read whose data, and whether the registries' own logs agree.
docs/how-to/check-the-audit-log.md explains when to use which command.`;

/** These exit codes differ from those of a command that could not run (1) or was misused (2). */
export const EXIT = { tampered: 3, wrongKeyOrWitness: 4 } as const;

const EXIT_CODES = `
Exit codes:
  0  verify: the log is complete and unchanged; reconcile: the logs agree
  1  the command could not run
  2  the command was misused
  3  verify: the log was tampered with; reconcile: the logs differ
  4  verify: the key or the witness belongs to another log, or the witness proves nothing`;

export function auditCommand(): Command {
  return new Command('audit')
    .description(ABOUT)
    .addCommand(verifyCommand())
    .addCommand(findCommand())
    .addCommand(reportCommand())
    .addCommand(reconcileCommand())
    .addCommand(exportCommand());
}

interface LogOptions {
  readonly data: string;
  readonly secrets?: string;
}

function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Verifies each chain of the log: reports up to which checkpoint it is unchanged, or the first record that was changed, removed or moved.',
    )
    .addOption(dataOption())
    .addOption(secretsOption())
    .option(
      '--key <file>',
      'the public key of the log (PEM); default: audit.key.pub in the folder of secrets',
    )
    .option(
      '--witness <file>',
      'a copy of the checkpoints from another machine; only it shows that the end of a log was cut off',
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
To find who read a person's data, give an id together with the purpose and the recipient that the id was issued for.
Or give an identity code in a file or on standard input:
  polku audit find --person 7hT... --purpose care --recipient health-services
  polku audit find --code-file - < code.txt`;

function findCommand(): Command {
  return new Command('find')
    .description('Lists decisions: who asked what, for which purpose, and whether it was answered.')
    .addOption(dataOption())
    .addOption(secretsOption())
    .option('--person <id>', 'decisions that read data of the person with this id')
    .option(
      '--code-file <file>',
      'decisions that read data of the person whose identity code is in this file; - for standard input',
    )
    .option('--subject <sub>', 'decisions for this user or application')
    .option(
      '--recipient <organisation>',
      'decisions for this organisation; with --person: the organisation that the id was issued for',
    )
    .option(
      '--purpose <purpose>',
      'decisions for this purpose; with --person: the purpose that the id was issued for',
    )
    .option('--permit <number>', 'with --person: the permit that the id was issued under')
    .option('--epoch <name>', 'with --person: the epoch of the id', '1')
    .option('--since <time>', 'only decisions from this day or time on (ISO 8601)', time)
    .option('--json', 'print whole records, one JSON object per line')
    .addHelpText('after', FIND_NOTES)
    .action(async (options: FindOptions) => {
      requireLog(options.data);
      const { subject, recipient, purpose, since } = options;
      const person = await digestsOf(options);
      // With --person, purpose and recipient describe the id, not who has read.
      const requester = options.person === undefined ? { recipient, purpose } : {};
      let found = 0;
      for await (const record of findRecords(options.data, { person, subject, since, ...requester })) {
        console.log(options.json ? JSON.stringify(record) : recordLine(record));
        found += 1;
      }
      if (!options.json) console.log(`${formatCount(found)} decisions.`);
    });
}

function reportCommand(): Command {
  return new Command('report')
    .description(
      'Counts decisions by day, recipient and purpose, and lists the uses of break-glass for review.',
    )
    .addOption(dataOption())
    .option('--since <time>', 'only decisions from this day or time on (ISO 8601)', time)
    .action(async ({ data, since }: { data: string; since?: string }) => {
      requireLog(data);
      console.log(reportText(await auditReport(findRecords(data, { since }))));
    });
}

function reconcileCommand(): Command {
  return new Command('reconcile')
    .description(
      "Compares the audit log with the registries' own disclosure logs, and lists what is missing on either side.",
    )
    .addHelpText('after', EXIT_CODES)
    .addOption(dataOption())
    .option('--registries <folder...>', 'the data folders of registries that run elsewhere')
    .option('--since <time>', 'only decisions from this day or time on (ISO 8601)', time)
    .action(
      async ({ data, registries = [], since }: { data: string; registries?: string[]; since?: string }) => {
        requireLog(data);
        const disclosures = (await Promise.all([data, ...registries].map(readDisclosureRecords))).flat();
        if (disclosures.length === 0)
          throw new PolkuError(
            'SOURCE_UNREADABLE',
            'There is no disclosure log of a registry here; give the data folders with --registries.',
          );
        const first = since ?? (await firstTime(data));
        const missing = await reconcile(findRecords(data, {}), disclosures, first);
        for (const discrepancy of missing) console.log(discrepancyLine(discrepancy));
        console.log(
          missing.length === 0
            ? `The logs agree: ${[...new Set(disclosures.map(({ registry }) => registry))].sort().join(', ')}.`
            : `${formatCount(missing.length)} differences. A gateway that crashed before it answered leaves some differences; any other needs an explanation.`,
        );
        if (missing.length > 0) process.exitCode = EXIT.tampered;
      },
    );
}

const EXPORT_NOTES = `
Each line has a "position". Give the last one to --from, and the export continues after that record:
  polku audit export --data data --follow --from gateway:1742 >> decisions.ndjson

Exit code 3: the chain breaks, and the export ends before the break.`;

function exportCommand(): Command {
  return new Command('export')
    .description(
      'Prints the decisions as JSON lines, each once and whole, and verifies each chain as it reads. People are digests.',
    )
    .addOption(dataOption())
    .addOption(secretsOption())
    .option(
      '--key <file>',
      'the public key of the log (PEM); default: audit.key.pub in the folder of secrets',
    )
    .option('--follow', 'wait for new decisions until the command is stopped')
    .option('--from <place>', 'begin after a position, or at a time (ISO 8601)', exportStart)
    .addOption(new Option('--format <format>', 'the format').choices(['ndjson']).default('ndjson'))
    .addHelpText('after', EXPORT_NOTES)
    .action(async (options: LogOptions & { key?: string; follow?: boolean; from?: ExportStart }) => {
      requireLog(options.data);
      const { from, follow } = options;
      const stop = new AbortController();
      if (follow) void untilStopped().then(() => stop.abort());
      try {
        for await (const record of exportRecords(options.data, {
          key: await readPublicKey(options.key ?? join(secretsFolder(options), 'audit.key.pub')),
          ...from,
          follow: follow ? stop.signal : undefined,
        }))
          if (!process.stdout.write(`${JSON.stringify(record)}\n`)) await once(process.stdout, 'drain');
      } catch (error) {
        if (!(error instanceof BrokenChain)) throw error;
        console.error(faultLine(error.fault));
        process.exitCode = EXIT.tampered;
      }
    });
}

/** The digests of all keys that a person has had; undefined if no person is given. */
async function digestsOf(options: FindOptions): Promise<ReadonlySet<string> | undefined> {
  const { person, codeFile, data, purpose, recipient, permit, epoch } = options;
  if (person === undefined && codeFile === undefined) return undefined;
  const secrets = new Secrets(secretsFolder(options));
  const digests = PersonDigests.ofVersions(await secrets.audit());
  if (codeFile !== undefined)
    return new Set(digests.everyNameOf(await personOfCodeFile(codeFile, data, secrets)));
  if (purpose === undefined || recipient === undefined)
    throw new PolkuError(
      'USAGE',
      'With --person name the --purpose and the --recipient that the id was given to.',
    );
  const domain = { purpose, recipient, permit, epoch };
  return new Set(digests.everyNameOf(await personOfId(person!, domain, data, secrets)));
}

/** The time of the first record of the gateway's log. */
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
      `${file} does not hold the public key of an audit log (PEM); it is audit.key.pub in the gateway's folder of secrets.`,
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

type ExportStart = Pick<ExportOptions, 'after' | 'since'>;

function exportStart(text: string): ExportStart {
  const after = readPosition(text);
  return after ? { after } : { since: time(text) };
}
