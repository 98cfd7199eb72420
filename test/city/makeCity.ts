import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linkage } from '../../subgraphs/linkage/linkage.js';
import { registries } from '../../subgraphs/registries.js';
import { extract } from '../../subgraphs/registry/extraction/extract.js';
import { generateCity } from '../../subgraphs/synthetic/generateCity.js';
import { Secrets } from '../../gateway/cli/runtime/secrets.js';

/** A small synthetic city, exported and extracted, in a temporary folder. */
export interface TestCity {
  readonly exports: string;
  readonly data: string;
  remove(): Promise<void>;
}

export const CITY_PERSONS = 2_000;

export async function makeCity(seed = 1): Promise<TestCity> {
  const folder = await mkdtemp(join(tmpdir(), 'polku-city-'));
  const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
  await generateCity({ persons: CITY_PERSONS, seed, out: exports });
  const secret = await new Secrets(join(data, 'secrets')).linkage();
  const linkage = await Linkage.open({ dir: join(data, 'linkage'), secret, expectedPersons: CITY_PERSONS });
  for (const { definition: registry } of registries) {
    await extract({ registry, source: exports, data, linkage, synthetic: true });
  }
  return { exports, data, remove: () => rm(folder, { recursive: true, force: true }) };
}
