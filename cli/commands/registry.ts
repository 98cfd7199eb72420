import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { proposeRegistry, type Proposal } from '../../registry-kit/proposal/proposeRegistry.js';
import { LEAST_ROWS } from '../../registry-kit/proposal/proposedFiles.js';
import type { Sample } from '../../registry-kit/proposal/sample.js';
import { withFile } from '../../registry-kit/proposal/sampleFile.js';
import { withTables } from '../../registry-kit/proposal/sampleTables.js';
import { readConfigurationOf } from '../configuration/keyOption.js';
import { dataOption, secretsOption } from '../options.js';
import { formatCount } from '../progress.js';
import { checkRegistry } from '../registryCheck.js';
import { registryChoice } from '../runtime/registryChoice.js';

const ABOUT = `Proposes and checks the folder of a registry, with which a departmental system joins without a line of TypeScript:
docs/how-to/onboard-a-registry.md.`;

const NEW_NOTES = `
The first file has the contacts. A row of another file belongs to a contact if a column names one, otherwise to the person.
Types are guessed from the first 200 000 rows. Names, free text and what identifies somebody are left out and listed. The
proposed policy classifies every field and grants none. No value of a row is printed or written, except codes of short
lists that at least ${LEAST_ROWS} rows have.

Example:
  polku registry new clinic --from encounters.csv --from conditions.csv --out registries/clinic
  polku registry new clinic --from Encounter.ndjson --from Condition.ndjson --out registries/clinic
  polku registry new clinic --table clinic.visits --connection clinic-database --out registries/clinic`;

const CHECK_NOTES = `
It says what is missing before others can use the registry: labels, owner, policy, tests, columns that the mapping leaves
out, and types that nobody can reach. Exit code 1 if something is missing.

Example:
  polku registry check registries/clinic`;

export function registryCommand(): Command {
  return new Command('registry').description(ABOUT).addCommand(newCommand()).addCommand(checkCommand());
}

function newCommand(): Command {
  return new Command('new')
    .description('Proposes the folder of a registry from its export.')
    .argument('<name>', 'the name of the registry: small letters and digits')
    .option(
      '--from <file>',
      'a CSV, Parquet or JSON Lines (FHIR) file of the export; repeat the option for several',
      all,
    )
    .option(
      '--table <name>',
      'a table or view of a database, with its schema; repeat the option for several',
      all,
    )
    .option('--connection <secret>', 'with --table: the secret with the URL of the database')
    .addOption(dataOption())
    .addOption(secretsOption())
    .option('--out <folder>', 'the folder to write; default: the name of the registry')
    .addHelpText('after', NEW_NOTES)
    .action(async (name: string, options: NewOptions) => {
      const { out = name } = options;
      if (!/^[a-z][a-z0-9]{0,29}$/.test(name))
        throw new PolkuError(
          'USAGE',
          `"${name}" is no name of a registry. Expected small letters and digits.`,
        );
      if (existsSync(out) && (await readdir(out)).length > 0)
        throw new PolkuError('USAGE', `${out} has files already. Name another folder with --out.`);
      const schemas = relative(resolve(out), join(packageRoot(), 'schema'));
      const proposal = await withSamples(options, (samples) => proposeRegistry(name, samples, schemas));
      await mkdir(out, { recursive: true });
      for (const [file, text] of Object.entries(proposal.files))
        await writeFile(join(out, file), text, { flag: 'wx' });
      console.log(describeProposal(name, out, proposal));
    });
}

interface NewOptions {
  readonly from?: readonly string[];
  readonly table?: readonly string[];
  readonly connection?: string;
  readonly data: string;
  readonly secrets?: string;
  readonly out?: string;
}

/** Every value of an option that is repeated. */
function all(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** @throws PolkuError USAGE unless there are either files, or tables and a connection */
async function withSamples<Result>(
  { from = [], table = [], connection, data, secrets }: NewOptions,
  work: (samples: readonly Sample[]) => Promise<Result>,
): Promise<Result> {
  if (from.length > 0 && table.length === 0 && connection === undefined) return withFiles(from, work);
  if (from.length > 0 || table.length === 0 || connection === undefined)
    throw new PolkuError(
      'USAGE',
      'Name the files of the export with --from, or tables of a database with --table and its secret with --connection.',
    );
  // It loads the list of registries, which `registry check` must complete first.
  const { Secrets } = await import('../runtime/secrets.js');
  const kept = new Secrets(secrets ?? join(data, 'secrets'));
  return withTables(table, connection, (name) => kept.connection(name), work);
}

/** Opens all files, and then does the work. */
function withFiles<Result>(
  paths: readonly string[],
  work: (samples: readonly Sample[]) => Promise<Result>,
  opened: readonly Sample[] = [],
): Promise<Result> {
  const [path, ...others] = paths;
  if (path === undefined) return work(opened);
  return withFile(path, (sample) => withFiles(others, work, [...opened, sample]));
}

function describeProposal(name: string, out: string, { tables, profiles }: Proposal): string {
  const lines = tables.flatMap(({ name: table, source, subject, columns, leftOut }) => {
    const [first] = profiles.get(source)!;
    const read = columns.map(({ name: column, kind, from, profile, list, optional }) => {
      const empty = optional && profile ? profile.rows - profile.filled : 0;
      const filled = empty > 0 ? `, ${formatCount(empty)} empty` : '';
      const values =
        list !== undefined && profile
          ? `, list ${list}: ${described(profile.counts)}`
          : profile?.dates !== undefined
            ? ` (${profile.dates})`
            : '';
      return `  ${column}: ${kind}${values}${filled}, from ${[from].flat().join(' + ')}`;
    });
    return [
      `${source}: table ${table}, ${formatCount(first?.rows ?? 0)} rows looked at`,
      `  subject: ${subject.kind === 'identity' ? 'identity codes' : 'ids of the system'}, ${formatCount(subject.counts.size)} different, from ${subject.name}`,
      ...read,
      ...(leftOut.length > 0 ? ['  left out:'] : []),
      ...leftOut.map(({ column, reason }) => `    ${column}: ${reason}`),
    ];
  });
  return `${lines.join('\n')}

${out} has registry.yaml, mapping.yaml, codes.yaml, policy.yaml and policy.test.yaml. Next:
  1. Read them with somebody who knows the system, and replace what says TODO.
  2. Name the folder in polku.yaml:
       registries:
         ${name}: { folder: ${out} }
  3. polku registry check ${out}
  4. With the owner: write cases in policy.test.yaml, then grants in policy.yaml. Until then everything is denied.
  5. polku extract ${name} ${tables[0]!.sourceKind === 'file' ? `--source <folder that has ${name}/${tables[0]!.source}> ` : ''}--data <data>`;
}

function described(counts: ReadonlyMap<string, number>): string {
  const common = [...counts.values()].filter((rows) => rows >= LEAST_ROWS).length;
  const rare = counts.size - common;
  return `${common} codes${rare > 0 ? ` and ${rare} that fewer than ${LEAST_ROWS} rows have, which are not in codes.yaml: add those that are right, or their rows are rejected` : ''}`;
}

function checkCommand(): Command {
  return new Command('check')
    .description('Says what the folder of a registry lacks.')
    .argument('<folder>', 'the folder with registry.yaml')
    .addHelpText('after', CHECK_NOTES)
    .action(async (folder: string, _options: object, command: Command) => {
      const { configuration } = readConfigurationOf(command);
      const { missing, notes } = await checkRegistry(resolve(folder), registryChoice(configuration));
      for (const note of notes) console.log(`note: ${note}`);
      for (const sentence of missing) console.log(sentence);
      console.log(
        missing.length === 0
          ? 'Nothing is missing.'
          : `${missing.length} ${missing.length === 1 ? 'thing is' : 'things are'} missing.`,
      );
      if (missing.length > 0) process.exitCode = 1;
    });
}
