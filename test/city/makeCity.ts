import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secrets } from '../../cli/runtime/secrets.js';
import { createPrivateFile } from '../../lib/secretFile.js';
import { Linkage } from '../../linkage/linkage.js';
import { extract } from '../../registry-kit/extraction/extract.js';
import { registries } from '../../subgraphs/registries.js';
import { generateCity } from '../../synthetic-city/generateCity.js';

/** A small synthetic city, exported and extracted, in a temporary folder. */
export interface TestCity {
  readonly exports: string;
  readonly data: string;
  remove(): Promise<void>;
}

export const CITY_PERSONS = 2_000;

/** It is made once in a test run, and every caller gets a copy. */
export async function makeCity(seed = 1): Promise<TestCity> {
  const original = join(process.env['TEST_CITIES']!, String(seed));
  if (!existsSync(original)) await makeOriginal(original, seed);
  const folder = await mkdtemp(join(tmpdir(), 'polku-city-'));
  await cp(original, folder, { recursive: true, preserveTimestamps: true });
  return {
    exports: join(folder, 'exports'),
    data: join(folder, 'data'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function makeOriginal(folder: string, seed: number): Promise<void> {
  const draft = await mkdtemp(`${folder}-`);
  const [exports, data] = [join(draft, 'exports'), join(draft, 'data')];
  await generateCity({ persons: CITY_PERSONS, seed, out: exports });
  const secrets = join(data, 'secrets');
  // The keys of people and the noise of numbers follow from these two secrets, so that a city and its
  // answers are the same in each run.
  for (const name of ['linkage', 'disclosure']) {
    await createPrivateFile(join(secrets, name), hash('sha256', `${name} of test city ${seed}`, 'base64'));
  }
  const secret = await new Secrets(secrets).linkage();
  const linkage = await Linkage.open({ dir: join(data, 'linkage'), secret, expectedPersons: CITY_PERSONS });
  for (const { definition: registry } of registries) {
    await extract({ registry, source: exports, data, linkage, synthetic: true });
  }
  // Another worker may have been faster; then its city stays.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
}
