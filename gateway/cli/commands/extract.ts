import { Command } from 'commander';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import { Linkage } from '../../../subgraphs/linkage/linkage.js';
import { registries } from '../../../subgraphs/registries.js';
import { extract } from '../../../subgraphs/registry/extraction/extract.js';
import { readSourceMarker } from '../../../subgraphs/registry/snapshot/sourceMarker.js';
import type { Manifest } from '../../../subgraphs/registry/snapshot/manifest.js';
import { dataOption, secretsOption, wholeNumber } from '../options.js';
import { count, Progress } from '../progress.js';
import { Secrets } from '../runtime/secrets.js';

const names = registries.map(({ definition }) => definition.name);

const ABOUT = `Extracts registries from raw exports: identity codes become keys, names and addresses stay behind, rows become a
snapshot that appears whole or not at all. What cannot be taken is counted by reason and listed by row number.`;

const NOTES = `
The source has a folder for each registry (${names.join(', ')}); which file and column goes where is
written in subgraphs/<registry>/mapping.yaml. The population register comes first: it says who is known.

--dev serves synthetic snapshots only. A city of "polku city generate" says so itself; of other made-up exports say it by
--synthetic.

Examples:
  polku extract --all --source data/exports --data data
  polku extract health --source data/exports --data data`;

export interface ExtractOptions {
  readonly source: string;
  readonly data: string;
  readonly secrets?: string | undefined;
  readonly expectedPersons?: number | undefined;
  /** Said by whoever extracts; a source may say it of itself (sourceMarker.ts). */
  readonly synthetic?: boolean | undefined;
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
      'sizes the domain of keys when linkage is first used',
      wholeNumber(1, 2_000_000_000),
    )
    .option('--synthetic', 'nobody in these exports exists: --dev may serve them')
    .addHelpText('after', NOTES)
    .action(async (registry: string | undefined, options: ExtractOptions & { all?: boolean }) => {
      await extractRegistries(chosen(registry, options.all === true), options);
    });
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
  const { source, data, expectedPersons } = options;
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  const synthetic = options.synthetic === true || (await readSourceMarker(source)).synthetic;
  const linkage = await Linkage.open({
    dir: join(data, 'linkage'),
    secret: await secrets.linkage(),
    expectedPersons,
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
      const manifest = await extract({
        registry,
        source,
        data,
        linkage,
        synthetic,
        signal: interruption.signal,
        onProgress: ({ table, rows, rejected }) =>
          progress.update(
            `  ${registry.name}.${table}: ${count(rows)} rows, ${count(rejected)} rejected, ${progress.seconds} s`,
          ),
      });
      progress.done(describe(manifest, progress.seconds));
    }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function describe(
  { registry, tables, rejects, rejectedRows, snapshotId }: Manifest,
  seconds: string,
): string {
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const reasons = Object.entries(rejects).map(([reason, rejected]) => `${reason} ${count(rejected)}`);
  const rejected =
    rejectedRows === 0 ? 'none rejected' : `${count(rejectedRows)} rejected (${reasons.join(', ')})`;
  return `  ${registry}: ${count(rows)} rows, ${rejected}, ${seconds} s; snapshot ${snapshotId}`;
}
