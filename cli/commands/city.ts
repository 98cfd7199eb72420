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
import { count, Progress } from '../progress.js';

const ABOUT = `Generates a synthetic city: people, families and their contacts in 2002-2016, exported as four departments would,
each in its own dialect and with some bad rows. Nobody in it exists: its identity codes are of the range 900-999, which is
given to nobody for good. The same persons and seed make the same bytes.`;

const DESCRIBE = `Measures a generated city by its exports, beside published figures of a real one. The whole city of 520,000 takes some
minutes.`;

export function cityCommand(): Command {
  const generate = new Command('generate')
    .description(ABOUT)
    .requiredOption('--out <folder>', 'where to write the exports')
    .option('--persons <n>', 'people over the whole period', wholeNumber(100, 1_000_000), 20_000)
    .option('--seed <n>', 'another seed makes another city', wholeNumber(0, 2 ** 32 - 1), 1)
    .addHelpText('after', '\nExample:\n  polku city generate --persons 2000 --seed 7 --out data/exports')
    .action(async (options: { out: string; persons: number; seed: number }) => {
      await generateWithProgress(options);
    });
  const describe = new Command('describe')
    .description(DESCRIBE)
    .requiredOption('--source <folder>', 'the exports of a generated city')
    .option('--page <folder>', 'writes city.md and its pictures, in city/, into this folder')
    .addHelpText('after', '\nExample:\n  polku city describe --source data/exports --page docs')
    .action(async ({ source, page }: { source: string; page?: string }) => {
      const city = await describeCity(source);
      console.log(figureTable(city));
      if (page !== undefined) await writePage(city, page);
    });
  return new Command('city')
    .description('A made-up city to try things on.')
    .addCommand(generate)
    .addCommand(describe);
}

async function writePage(city: CityDescription, folder: string): Promise<void> {
  await mkdir(join(folder, 'city'), { recursive: true });
  for (const [name, svg] of city.pictures) await writeFile(join(folder, 'city', name), svg);
  await writeFile(join(folder, 'city.md'), cityPage(city));
}

/** In words, from the seconds that the work done so far took. */
function timeLeft(seconds: number, share: number): string {
  const left = share > 0 ? Math.ceil((seconds * (1 - share)) / share) : Infinity;
  if (left > 3600) return 'long';
  return left >= 60 ? `${Math.ceil(left / 60)} min` : `${left} s`;
}

/** Generates a city, telling of each file, and of the bad rows that were planted. */
export async function generateWithProgress(options: {
  out: string;
  persons: number;
  seed: number;
}): Promise<CitySummary> {
  const progress = new Progress();
  const summary = await generateCity({
    ...options,
    onFile: ({ department, file, rows }) => progress.done(`  ${department}/${file}: ${count(rows)} rows`),
    onShare: (share) =>
      progress.update(`  ${Math.floor(100 * share)} %, ${timeLeft(Number(progress.seconds), share)} left`),
  });
  const { 'code-changed': changed = 0, ...faults } = summary.badRows;
  const bad = Object.values(faults).reduce((sum, rows) => sum + rows, 0);
  progress.done(
    `A city of ${count(options.persons)} people in ${progress.seconds} s, ${count(bad)} bad rows among the good, ${count(changed)} under a code that was changed.`,
  );
  return summary;
}
