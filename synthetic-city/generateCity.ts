import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PolkuError } from '../lib/errors.js';
import type { BadRowCounts, BadRowKind } from './badRows.js';
import { exportEducation } from './departments/education.js';
import { exportHealth } from './departments/health.js';
import { exportPopulation } from './departments/population.js';
import type { City, Exporter } from './departments/silo.js';
import { exportSocial } from './departments/social.js';
import type { ExportedFile } from './exportFile.js';
import { formTeams } from './familyTeams.js';
import type { Department } from './places.js';
import { buildPopulation } from './population.js';
import { drawProtection } from './protection/drawProtection.js';
import { plantedEffects } from './protection/plantedEffects.js';
import { writeTruth } from './protection/truth.js';

/** Marks a generated city. A folder without the marker has somebody's own files and is never replaced. */
export const MARKER = 'polku-city.json';

/** Increases whenever the same persons and seed give other files. */
const GENERATOR = 3;

/**
 * The departments, and the share of the work that each needs. The first part of the work is the population.
 */
const EXPORTERS: readonly (readonly [Department, Exporter, work: number])[] = [
  ['population', exportPopulation, 0.03],
  ['health', exportHealth, 0.52],
  ['social', exportSocial, 0.16],
  ['education', exportEducation, 0.09],
];
const WORK = { population: 0.1, protection: 0.1 };

export interface CityOptions {
  /** Distinct people over 2002-2016. */
  readonly persons: number;
  readonly seed: number;
  /**
   * Chooses which circumstances lead to child protection: 1 those of docs/city.md, 0 none, any other seed
   * others. By default 1.
   */
  readonly truthSeed?: number | undefined;
  /** The folder to write. An earlier city in it is replaced. */
  readonly out: string;
  /** Called with each file of a department as soon as it is written. */
  readonly onFile?: (file: ExportedFile) => void;
  /** Called sometimes with the share of the work that is done, 0..1. */
  readonly onShare?: (share: number) => void;
}

export interface CitySummary {
  readonly persons: number;
  readonly seed: number;
  readonly files: readonly ExportedFile[];
  /** Planted bad rows over all files. */
  readonly badRows: BadRowCounts;
}

/**
 * Writes the raw exports of a synthetic city's four departments into `out`. The same persons and seed give
 * the same bytes. The folder appears whole or not at all.
 */
export async function generateCity(options: CityOptions): Promise<CitySummary> {
  const { persons, seed, truthSeed = 1, onFile, onShare } = options;
  if (!Number.isSafeInteger(persons) || persons < 1) {
    throw new Error(`The number of persons must be a whole number above 0, not ${persons}.`);
  }
  for (const number of [seed, truthSeed])
    if (!Number.isSafeInteger(number)) throw new Error(`A seed must be a whole number, not ${number}.`);
  const out = resolve(options.out);
  refuseForeignFolder(out);

  const partial = `${out}.partial-${process.pid}`;
  const files: ExportedFile[] = [];
  try {
    rmSync(partial, { recursive: true, force: true });
    const city = await imagine({ persons, seed, truthSeed }, partial, (share) => onShare?.(share));
    let done = WORK.population + WORK.protection;
    for (const [department, exporter, work] of EXPORTERS) {
      const folder = join(partial, department);
      mkdirSync(folder, { recursive: true });
      const target = { department, folder, seed, strangers: city.population.strangers };
      await exporter(city, target, {
        onFile: (file) => {
          files.push(file);
          onFile?.(file);
        },
        onShare: (share) => onShare?.(done + work * share),
      });
      done += work;
    }
    const marker = { persons, seed, truthSeed, generator: GENERATOR, synthetic: true };
    writeFileSync(join(partial, MARKER), JSON.stringify(marker, null, 2) + '\n');
    replace(out, partial);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return { persons, seed, files, badRows: addUp(files) };
}

async function imagine(
  { persons, seed, truthSeed }: { persons: number; seed: number; truthSeed: number },
  out: string,
  onShare: (share: number) => void,
): Promise<City> {
  const population = buildPopulation(persons, seed, (share) => onShare(WORK.population * share));
  const effects = plantedEffects(truthSeed);
  const { steps, needs } = drawProtection(population, { seed, effects }, (share) =>
    onShare(WORK.population + WORK.protection * share),
  );
  await writeTruth(out, needs, effects);
  const teams = formTeams(population.families, steps, persons, seed);
  return { seed, population, protection: steps, teams };
}

function refuseForeignFolder(out: string): void {
  if (!existsSync(out)) {
    mkdirSync(dirname(out), { recursive: true });
    return;
  }
  if (readdirSync(out).length > 0 && !isGeneratedCity(out)) {
    throw new PolkuError(
      'OUTPUT_EXISTS',
      `The folder to write to is not empty and holds no ${MARKER} of an earlier city: name another one or empty it.`,
    );
  }
}

function isGeneratedCity(folder: string): boolean {
  const path = join(folder, MARKER);
  if (!existsSync(path)) return false;
  try {
    const marker: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return (
      typeof marker === 'object' && marker !== null && 'synthetic' in marker && marker.synthetic === true
    );
  } catch {
    return false;
  }
}

/** Replaces an earlier folder by the finished one. */
function replace(out: string, finished: string): void {
  const former = `${out}.former-${process.pid}`;
  if (existsSync(out)) renameSync(out, former);
  renameSync(finished, out);
  rmSync(former, { recursive: true, force: true });
}

function addUp(files: readonly ExportedFile[]): BadRowCounts {
  const sums: BadRowCounts = {};
  for (const { bad } of files) {
    for (const [kind, count] of Object.entries(bad) as [BadRowKind, number][])
      sums[kind] = (sums[kind] ?? 0) + count;
  }
  return sums;
}
