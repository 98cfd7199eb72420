import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { Linkage } from '../../linkage/linkage.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { DEFAULT_MAX_REJECTS, extract, extractIfChanged } from '../../registry-kit/extraction/extract.js';
import type { ExtractionProgress } from '../../registry-kit/extraction/progressMeter.js';
import { DEFAULT_MAX_SHRINK } from '../../registry-kit/extraction/snapshotChecks.js';
import { type Manifest, readSourceMarker } from '../../registry-kit/snapshot/manifest.js';
import { registries } from '../../subgraphs/registries.js';
import { dataOption, secretsOption, wholeNumber } from '../options.js';
import { count, duration, Progress } from '../progress.js';
import { carryAllMarks } from '../runtime/restrictPeople.js';
import { Secrets } from '../runtime/secrets.js';

const names = registries.map(({ definition }) => definition.name);

const ABOUT = `Extracts registries from raw exports: identity codes become keys, names and addresses stay behind, rows become a
snapshot that appears whole or not at all. What cannot be taken is counted by reason and listed by row number.`;

const NOTES = `
The source has a folder for each registry (${names.join(', ')}); which file and column goes where is
written in subgraphs/<registry>/mapping.yaml. The population register comes first: it says who is known. A line "note:" says
what a mapping leaves unchecked; "polku mapping lint" says it without an export.

--dev serves synthetic snapshots only. A city of "polku city generate" says so itself; of other made-up exports say it by
--synthetic.

Interrupted? Run the same command again. With --all, a registry whose snapshot comes from these very files by this
mapping, and of whose people nobody became known or one with another since, is kept; --force extracts it all the same.
A registry that is named alone is always extracted.

Rejects: data/<registry>/<snapshot>/rejects.csv lists file, row, reason and column of each row that was not taken. If more
than --max-rejects percent of a file's rows (and at least 20 rows) are rejected, the extraction fails, publishes nothing
and leaves the list in data/<registry>/rejects.csv. A list that protects people (objections, non-disclosures, changed codes)
tolerates no reject at all, but of people whom the population register does not know.

Rows read are rows kept and rows rejected, table by table: the manifest says how many, and an extraction that cannot account for a
row publishes nothing. Half a file looks whole: where a table is empty, or has over --max-shrink percent fewer rows than in
the snapshot before, nothing is published. If the rows are gone on purpose: --max-shrink 100.

A running server takes up a new snapshot within seconds, without losing a request. Memory does not grow with the files:
what does not fit is sorted on disk, encrypted under a key that is never written, in data/<registry>/.partial-*; the next
extraction removes what a killed one left of it.

Examples:
  polku extract --all --source data/exports --data data
  polku extract --all --source data/exports --data data --force
  polku extract health --source data/exports --data data --max-rejects 1`;

export interface ExtractOptions {
  readonly source: string;
  readonly data: string;
  readonly secrets?: string | undefined;
  readonly expectedPersons?: number | undefined;
  /** Said by whoever extracts; a source may say it of itself (sourceMarker.ts). */
  readonly synthetic?: boolean | undefined;
  readonly maxRejects?: number | undefined;
  readonly maxShrink?: number | undefined;
  /** Whether a snapshot that would be made the same again is kept; else every registry is extracted. */
  readonly keepUnchanged?: boolean;
}

export function extractCommand(): Command {
  return new Command('extract')
    .description(ABOUT)
    .argument('[registry]', `one of: ${names.join(', ')}`)
    .option('--all', 'all registries, the population register first')
    .requiredOption('--source <folder>', "the departments' exports")
    .addOption(dataOption())
    .addOption(secretsOption())
    .option(
      '--expected-persons <n>',
      'sizes the domain of keys when linkage is first used; where more people come, it grows',
      wholeNumber(1, 2_000_000_000),
    )
    .option('--synthetic', 'nobody in these exports exists: --dev may serve them')
    .option(
      '--max-rejects <percent>',
      "fails where more of a file's rows are rejected",
      percent,
      DEFAULT_MAX_REJECTS,
    )
    .option(
      '--max-shrink <percent>',
      'fails where a table has fewer rows by more than that than in the snapshot before',
      percent,
      DEFAULT_MAX_SHRINK,
    )
    .option('--force', 'with --all: extracts also what has not changed')
    .addHelpText('after', NOTES)
    .action(async (registry: string | undefined, options: CommandOptions) => {
      const { all = false, force = false } = options;
      await extractRegistries(chosen(registry, all), { ...options, keepUnchanged: all && !force });
    });
}

interface CommandOptions extends Omit<ExtractOptions, 'keepUnchanged'> {
  readonly all?: boolean;
  readonly force?: boolean;
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 100.');
}

function chosen(registry: string | undefined, all: boolean): readonly string[] {
  if (all === (registry !== undefined)) {
    throw new PolkuError('USAGE', `Name one registry (${names.join(', ')}), or all of them with --all.`);
  }
  if (registry === undefined) return names;
  if (!names.includes(registry)) {
    throw new PolkuError('USAGE', `There is no registry "${registry}". There are: ${names.join(', ')}.`);
  }
  return [registry];
}

/** Extracts registries one after the other, with progress; Ctrl-C stops between two chunks and leaves nothing behind. */
export async function extractRegistries(chosen: readonly string[], options: ExtractOptions): Promise<void> {
  const { source, data, expectedPersons, maxRejects, maxShrink, keepUnchanged = false } = options;
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  const synthetic = options.synthetic === true || (await readSourceMarker(source)).synthetic;
  const linkage = await Linkage.open({
    dir: join(data, 'linkage'),
    secret: await secrets.linkage(),
    expectedPersons,
    onSave: carryAllMarks(data),
  });
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const definitions = registries
      .map(({ definition }) => definition)
      .filter(({ name }) => chosen.includes(name));
    for (const registry of definitions) {
      const progress = new Progress();
      const extraction = {
        registry,
        source,
        data,
        linkage,
        synthetic,
        maxRejects,
        maxShrink,
        signal: interruption.signal,
        onProgress: (step: ExtractionProgress) => progress.update(describeStep(step, progress.elapsed)),
        onNotice: (text: string) => progress.done(`  note: ${text}`),
      };
      const { manifest, kept } = keepUnchanged
        ? await extractIfChanged(extraction)
        : { manifest: await extract(extraction), kept: false };
      progress.done(kept ? describeKept(manifest) : describe(manifest, registry, progress.seconds));
    }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** How far a registry is, how fast and how long it will still take. */
export function describeStep(
  { registry, table, rows, rejected, share }: ExtractionProgress,
  seconds: number,
): string {
  const rate = count(Math.round(rows / Math.max(seconds, 0.001)));
  const left = share > 0 ? `, ${duration((seconds * (1 - share)) / share)} left` : '';
  return `  ${registry}.${table}: ${count(rows)} rows, ${count(rejected)} rejected; ${rate} rows/s, ${Math.floor(100 * share)} %${left}`;
}

function describeKept({ registry, createdAt, snapshotId }: Manifest): string {
  return `  ${registry}: unchanged since ${createdAt.slice(0, 16).replace('T', ' ')} UTC, kept; snapshot ${snapshotId}`;
}

function describe(manifest: Manifest, { tables: definitions }: RegistryDefinition, seconds: string): string {
  const { registry, tables, rejects, rejectedRows, snapshotId } = manifest;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const reasons = Object.entries(rejects).map(([reason, rejected]) => `${reason} ${count(rejected)}`);
  const rejected =
    rejectedRows === 0 ? 'none rejected' : `${count(rejectedRows)} rejected (${reasons.join(', ')})`;
  const remarks = Object.entries(tables).flatMap(([name, state]) => {
    const { protects = false } = definitions[name]!;
    if (state.rows === 0)
      return [`    ${name} is empty${protects ? ': nobody is protected by it' : ''}. Is that right?`];
    if (protects && state.rejected > 0)
      return [`    ${name}: ${count(state.rejected)} of ${count(state.read!)} rows are about nobody known.`];
    return [];
  });
  const line = `  ${registry}: ${count(rows)} rows, ${rejected}, ${seconds} s; snapshot ${snapshotId}`;
  return [line, ...remarks].join('\n');
}
