import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { Linkage } from '../../linkage/linkage.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import {
  DEFAULT_MAX_REJECTS,
  explainExtraction,
  extract,
  extractIfChanged,
} from '../../registry-kit/extraction/extract.js';
import type { ExtractionProgress } from '../../registry-kit/extraction/progressMeter.js';
import { DEFAULT_MAX_SHRINK } from '../../registry-kit/extraction/snapshotChecks.js';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import { registries } from '../../subgraphs/registries.js';
import { dataOption, describeFault, secretsOption, wholeNumber } from '../options.js';
import { formatCount, duration, Progress } from '../progress.js';
import { startDataFolder } from '../runtime/dataFormat.js';
import { carryAllMarks } from '../runtime/restrictPeople.js';
import { Secrets } from '../runtime/secrets.js';

const names = registries.map(({ definition }) => definition.name);

const ABOUT = `Extracts registries from raw exports or databases. Identity codes become keys, names and addresses are left out, and the rows become a
snapshot that appears whole or not at all. Rejected rows are counted by reason and listed by row number.`;

const NOTES = `
Source: a folder for each registry (${names.join(', ')}), or a database. The mapping subgraphs/<registry>/mapping.yaml says
which file or table and which column goes where. The population register comes first, because it decides who is known. A
line "note:" reports what a mapping leaves unchecked; "polku mapping lint" reports it without a source.

Databases: the mapping names a secret, which is the file <secrets>/<name> or the variable POLKU_SOURCE_<NAME>. All tables of a
registry are read in one read-only transaction, the mapped columns only. --explain connects and shows what would be read.
See docs/how-to/connect-a-database.md. A table with a "watermark" in its mapping is read by its changes; --full reads all its rows.

Schedule: --every 6h extracts at once and then every 6 hours, until it is stopped. A registry that has not changed is kept, and
an error of one registry is reported and stops nothing.

Synthetic data: a server with --dev accepts only snapshots of synthetic people. The exports of "polku city generate" are
marked as synthetic. Mark other made-up exports, and databases, with --synthetic.

Interrupted? Run the same command again. With --all, a registry is not extracted again if neither its files, its mapping
nor the linkage of its people changed since its snapshot; --force extracts it anyway. A registry that is named alone is
always extracted.

Rejects: data/<registry>/<snapshot>/rejects.csv lists the file, row, reason and column of each rejected row. If more than
--max-rejects percent of a file's rows (and at least 20 rows) are rejected, the extraction fails, publishes nothing and
leaves the list in data/<registry>/rejects.csv. A list that protects people (objections, non-disclosures, changed codes)
may have no rejects at all, except rows about people that the population register does not know.

Lost rows: each row that was read is either in the snapshot or rejected. The manifest has both numbers for each table, and
an extraction that cannot account for a row publishes nothing. A file may have been cut off: if a table is empty, or has
more than --max-shrink percent fewer rows than in the snapshot before, the extraction publishes nothing. If the rows were
removed on purpose, use --max-shrink 100.

A running server uses a new snapshot within seconds, without losing a request. Memory does not grow with the files: large
tables are sorted on disk in data/<registry>/.partial-*, encrypted under a key that is never written. The next extraction
removes what a killed one left there.

Examples:
  polku extract --all --source data/exports --data data
  polku extract --all --source data/exports --data data --force
  polku extract health --source data/exports --data data --max-rejects 1
  polku extract health --explain
  polku extract --all --source data/exports --every 6h`;

export interface ExtractOptions {
  readonly source?: string | undefined;
  readonly data: string;
  readonly secrets?: string | undefined;
  readonly expectedPersons?: number | undefined;
  /** Whether nobody in the exports exists. A source may also have a marker for it (manifest.ts). */
  readonly synthetic?: boolean | undefined;
  readonly maxRejects?: number | undefined;
  readonly maxShrink?: number | undefined;
  /** Whether to read all rows of tables with a watermark, too. */
  readonly full?: boolean | undefined;
  /** Whether to skip a registry whose snapshot would be the same again. */
  readonly keepUnchanged?: boolean;
}

export function extractCommand(): Command {
  return new Command('extract')
    .description(ABOUT)
    .argument('[registry]', `one of: ${names.join(', ')}`)
    .option('--all', 'extract all registries, the population register first')
    .option('--source <folder>', "the folder with the departments' exports; databases need none")
    .addOption(dataOption())
    .addOption(secretsOption())
    .option(
      '--expected-persons <n>',
      'the expected number of people, which sizes the range of keys at the first use of linkage; the range can grow',
      wholeNumber(1, 2_000_000_000),
    )
    .option('--synthetic', 'nobody in these exports exists, so a server with --dev may serve them')
    .option(
      '--max-rejects <percent>',
      "fail if more than this percentage of a file's rows is rejected",
      percent,
      DEFAULT_MAX_REJECTS,
    )
    .option(
      '--max-shrink <percent>',
      'fail if a table has shrunk by more than this percentage since the snapshot before',
      percent,
      DEFAULT_MAX_SHRINK,
    )
    .option('--force', 'with --all: also extract registries that have not changed')
    .option('--full', 'read all rows of tables with a watermark, not only what changed')
    .option('--explain', 'connect, and show what would be read: server, statements and columns; read no row')
    .option('--every <time>', 'extract again and again, such as every 30m, 6h or 1d, until stopped', interval)
    .addHelpText('after', NOTES)
    .action(async (registry: string | undefined, options: CommandOptions) => {
      const { all = false, force = false, every } = options;
      const names = chosen(registry, all);
      if (options.explain) await explainRegistries(names, options);
      else if (every !== undefined)
        await extractOnSchedule(names, every, { ...options, keepUnchanged: !force });
      else await extractRegistries(names, { ...options, keepUnchanged: all && !force });
    });
}

interface CommandOptions extends Omit<ExtractOptions, 'keepUnchanged'> {
  readonly all?: boolean;
  readonly force?: boolean;
  readonly explain?: boolean;
  readonly every?: number;
}

const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const MOST_DAYS = 20;

/** Milliseconds. */
function interval(text: string): number {
  const [, number, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? [];
  const time = Number(number) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  if (time <= MOST_DAYS * MILLISECONDS.d) return time;
  throw new InvalidArgumentError(`Expected a time such as 30m, 6h or 1d, of ${MOST_DAYS} days at most.`);
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

/**
 * Extracts registries one after the other and reports progress. Ctrl-C stops between two chunks and leaves no
 * files behind.
 */
export async function extractRegistries(chosen: readonly string[], options: ExtractOptions): Promise<void> {
  await untilInterrupted((signal) => extractAll(chosen, options, signal));
}

/** Runs work with a signal that Ctrl-C and SIGTERM abort. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await work(interruption.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/**
 * Extracts registries every so many milliseconds, from one start to the next, until a signal. An error of one
 * registry is reported and stops neither the others nor the schedule.
 */
async function extractOnSchedule(
  chosen: readonly string[],
  every: number,
  options: ExtractOptions,
): Promise<void> {
  await untilInterrupted(async (signal) => {
    while (!signal.aborted) {
      const next = Date.now() + every;
      console.error(`${new Date().toISOString().slice(0, 19)}Z: extracting`);
      for (const name of registries.map(({ definition }) => definition.name)) {
        if (signal.aborted || !chosen.includes(name)) continue;
        await extractAll([name], options, signal).catch((cause: unknown) => {
          if (!signal.aborted) console.error(describeFault(cause));
        });
      }
      await sleep(Math.max(0, next - Date.now()), undefined, { signal }).catch(() => undefined);
    }
  });
}

/** Shows what an extraction would read. */
async function explainRegistries(chosen: readonly string[], options: ExtractOptions): Promise<void> {
  const secrets = new Secrets(options.secrets ?? join(options.data, 'secrets'));
  await untilInterrupted(async (signal) => {
    for (const { definition: registry } of registries) {
      if (!chosen.includes(registry.name)) continue;
      const connection = (name: string) => secrets.connection(name);
      const { place, parts } = await explainExtraction({
        registry,
        source: options.source,
        data: options.data,
        full: options.full,
        connection,
        signal,
      });
      console.log(`${registry.name}: ${place}`);
      for (const { table, description, linked, columns, reading } of parts) {
        console.log(`  ${table}: ${description}`);
        if (reading !== undefined) console.log(`    reads ${reading}`);
        const others = columns.filter((column) => !linked.includes(column));
        console.log(`    becomes a key: ${linked.join(', ')}; read: ${others.join(', ') || 'nothing else'}`);
      }
    }
  });
}

async function extractAll(
  chosen: readonly string[],
  options: ExtractOptions,
  signal: AbortSignal,
): Promise<void> {
  const {
    source,
    data,
    expectedPersons,
    synthetic = false,
    maxRejects,
    maxShrink,
    full,
    keepUnchanged = false,
  } = options;
  await startDataFolder(data);
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  const linkage = await Linkage.open({
    dir: join(data, 'linkage'),
    secret: await secrets.linkage(),
    expectedPersons,
    onSave: carryAllMarks(data),
  });
  const definitions = registries
    .map(({ definition }) => definition)
    .filter(({ name }) => chosen.includes(name));
  for (const registry of definitions) {
    const progress = new Progress();
    const extraction = {
      registry,
      source,
      connection: (name: string) => secrets.connection(name),
      data,
      linkage,
      synthetic,
      maxRejects,
      maxShrink,
      full,
      signal,
      onProgress: (step: ExtractionProgress) =>
        progress.update(describeExtractionStep(step, progress.elapsed)),
      onNotice: (text: string) => progress.done(`  note: ${text}`),
    };
    const { manifest, kept: unchanged } = keepUnchanged
      ? await extractIfChanged(extraction)
      : { manifest: await extract(extraction), kept: false };
    progress.done(unchanged ? describeUnchanged(manifest) : describe(manifest, registry, progress.seconds));
  }
}

/** The progress of a registry: its rows, the speed and the remaining time. */
export function describeExtractionStep(
  { registry, table, rows, rejected, share }: ExtractionProgress,
  seconds: number,
): string {
  const rate = formatCount(Math.round(rows / Math.max(seconds, 0.001)));
  const left = share > 0 ? `, ${duration((seconds * (1 - share)) / share)} left` : '';
  return `  ${registry}.${table}: ${formatCount(rows)} rows, ${formatCount(rejected)} rejected; ${rate} rows/s, ${Math.floor(100 * share)} %${left}`;
}

function describeUnchanged({ registry, createdAt, snapshotId }: Manifest): string {
  return `  ${registry}: unchanged since ${createdAt.slice(0, 16).replace('T', ' ')} UTC, not extracted again; snapshot ${snapshotId}`;
}

function describe(manifest: Manifest, { tables: definitions }: RegistryDefinition, seconds: string): string {
  const { registry, tables, rejects, rejectedRows, snapshotId } = manifest;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const reasons = Object.entries(rejects).map(([reason, rejected]) => `${reason} ${formatCount(rejected)}`);
  const rejected =
    rejectedRows === 0 ? 'none rejected' : `${formatCount(rejectedRows)} rejected (${reasons.join(', ')})`;
  const remarks = Object.entries(tables).flatMap(([name, state]) => {
    const { protects = false } = definitions[name]!;
    const remarks: string[] = [];
    if (state.rows === 0)
      remarks.push(`${name} is empty${protects ? ': nobody is protected by it' : ''}. Is that right?`);
    if (protects && state.rejected > 0)
      remarks.push(
        `${name}: ${formatCount(state.rejected)} of ${formatCount(state.read!)} rows are about nobody known.`,
      );
    if (state.leftOut)
      remarks.push(
        `${name}: ${formatCount(state.leftOut)} of ${formatCount(state.read!)} rows are left out by "where" of the mapping.`,
      );
    return remarks.map((remark) => `    ${remark}`);
  });
  const line = `  ${registry}: ${formatCount(rows)} rows, ${rejected}, ${seconds} s; snapshot ${snapshotId}`;
  return [line, ...remarks].join('\n');
}
