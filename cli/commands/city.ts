import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  type CityDescription,
  cityPage,
  describeCity,
  figureTable,
} from '../../synthetic-city/describe/cityPage.js';
import { type CitySummary, generateCity } from '../../synthetic-city/generateCity.js';
import { wholeNumber } from '../options.js';
import { formatCount, Progress } from '../progress.js';

const ABOUT = `Generates a synthetic city: people, families and their service contacts in 2002-2016. It writes the exports of four
departments, each in its own format and with some bad rows. Nobody in the city exists: its identity codes are in the
range 900-999, which no person gets permanently. The same --persons, --seed and --truth-seed always produce the same files.`;

const DESCRIBE = `Computes figures of a generated city from its exports and shows them next to published figures of a real city.
A city of 520,000 people takes some minutes.`;

export function cityCommand(): Command {
  const generate = new Command('generate')
    .description(ABOUT)
    .requiredOption('--out <folder>', 'the folder for the exports')
    .option(
      '--persons <n>',
      'the number of people over the whole period',
      wholeNumber(100, 1_000_000),
      20_000,
    )
    .option(
      '--seed <n>',
      'the seed of the random numbers; another seed makes another city',
      wholeNumber(0, 2 ** 32 - 1),
      1,
    )
    .option(
      '--truth-seed <n>',
      'chooses which circumstances lead to child protection: 1 those of docs/city.md, 0 none (to test that a method finds nothing), any other number others',
      wholeNumber(0, 2 ** 32 - 1),
      1,
    )
    .addHelpText('after', '\nExample:\n  polku city generate --persons 2000 --seed 7 --out data/exports')
    .action(async (options: { out: string; persons: number; seed: number; truthSeed: number }) => {
      await generateWithProgress(options);
    });
  const describe = new Command('describe')
    .description(DESCRIBE)
    .requiredOption('--source <folder>', 'the folder with the exports of a generated city')
    .option('--page <folder>', 'also write city.md and its pictures (in city/) into this folder')
    .addHelpText('after', '\nExample:\n  polku city describe --source data/exports --page docs')
    .action(async ({ source, page }: { source: string; page?: string }) => {
      const city = await describeCity(source);
      console.log(figureTable(city));
      if (page !== undefined) await writePage(city, page);
    });
  return new Command('city')
    .description('Generates and describes a synthetic city for trials.')
    .addCommand(generate)
    .addCommand(describe);
}

async function writePage(city: CityDescription, folder: string): Promise<void> {
  await mkdir(join(folder, 'city'), { recursive: true });
  for (const [name, svg] of city.pictures) await writeFile(join(folder, 'city', name), svg);
  await writeFile(join(folder, 'city.md'), cityPage(city));
}

/** The remaining time in words, estimated from the time that the work took so far. */
function timeLeft(seconds: number, share: number): string {
  const left = share > 0 ? Math.ceil((seconds * (1 - share)) / share) : Infinity;
  if (left > 3600) return 'long';
  return left >= 60 ? `${Math.ceil(left / 60)} min` : `${left} s`;
}

/** Generates a city and reports each file and the number of planted bad rows. */
export async function generateWithProgress(options: {
  out: string;
  persons: number;
  seed: number;
  truthSeed?: number;
}): Promise<CitySummary> {
  const progress = new Progress();
  const summary = await generateCity({
    ...options,
    onFile: ({ department, file, rows }) =>
      progress.done(`  ${department}/${file}: ${formatCount(rows)} rows`),
    onShare: (share) =>
      progress.update(`  ${Math.floor(100 * share)} %, ${timeLeft(Number(progress.seconds), share)} left`),
  });
  const { 'code-changed': changed = 0, ...faults } = summary.badRows;
  const bad = Object.values(faults).reduce((sum, rows) => sum + rows, 0);
  progress.done(
    `A city of ${formatCount(options.persons)} people in ${progress.seconds} s, ${formatCount(bad)} bad rows among the good, ${formatCount(changed)} under a code that was changed.`,
  );
  return summary;
}
