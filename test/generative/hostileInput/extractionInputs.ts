import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linkage } from '../../../linkage/linkage.js';
import type { RegistryDefinition } from '../../../registry-kit/columns/tableDefinition.js';
import { extract } from '../../../registry-kit/extraction/extract.js';
import { parseMapping } from '../../../registry-kit/extraction/mapping/readMapping.js';
import { openSnapshot } from '../../../registry-kit/snapshot/openSnapshot.js';
import { educationRegistry } from '../../../subgraphs/education/tables.js';
import { healthRegistry } from '../../../subgraphs/health/tables.js';
import { populationRegistry } from '../../../subgraphs/population/tables.js';
import { socialRegistry } from '../../../subgraphs/social/tables.js';
import { filesBelow } from '../../city/identifyingTexts.js';
import { ExtractionSite, SECRET } from '../../integration/extractionExports.js';
import type { Dice } from '../policyProof/dice.js';
import { type Attempt, type InputKind, refusedBy } from './inputKind.js';
import { mutateBytes, mutateText } from './mutate.js';
import { children, identities } from './plantedPeople.js';

const csvRegistries = [populationRegistry, healthRegistry, socialRegistry];
const PLANTED = [...identities.codes, ...identities.texts];

/** A CSV file of one department, mutated before it is extracted over a snapshot of the valid one. */
export const csvFiles: InputKind = {
  name: 'CSV files',
  prepare: () =>
    prepareExtraction(async (source, dice) => {
      const registry = dice.pick(csvRegistries);
      const folder = join(source, registry.name);
      const file = join(folder, dice.pick((await readdir(folder)).sort()));
      await writeFile(file, mutateText(await readFile(file, 'utf8'), dice, PLANTED));
      return registry;
    }),
};

/** The bytes of a Parquet file, mutated. */
export const parquetFiles: InputKind = {
  name: 'Parquet files',
  prepare: () =>
    prepareExtraction(async (source, dice) => {
      const folder = join(source, educationRegistry.name);
      const file = join(folder, dice.pick((await readdir(folder)).sort()));
      await writeFile(file, mutateBytes(await readFile(file), dice));
      return educationRegistry;
    }),
};

/** The mapping of a shipped registry, mutated. */
export const mappings: InputKind = {
  name: 'mappings',
  async prepare() {
    const shipped = await Promise.all(
      [...csvRegistries, educationRegistry].map(async (definition) => ({
        definition,
        text: await readFile(`subgraphs/${definition.name}/mapping.yaml`, 'utf8'),
      })),
    );
    return {
      async attempt(dice) {
        const { definition, text } = dice.pick(shipped);
        try {
          parseMapping(
            mutateText(text, dice, ['hetu', 'local:x', 'from: a', 'of: contacts']),
            definition,
            'mapping.yaml',
          );
          return { outcome: 'accepted', published: [], faults: [] };
        } catch (error) {
          return refusedBy(error);
        }
      },
      close: async () => {},
    };
  },
};

/**
 * Extracts a valid export once; each attempt damages a copy of it.
 * @param spoil changes one file of the exports and returns the registry of the file
 */
async function prepareExtraction(spoil: (source: string, dice: Dice) => Promise<RegistryDefinition>) {
  const site = await ExtractionSite.create();
  for (const [file, select] of Object.entries(children)) await site.writeParquet('education', file, select);
  const linkage = await site.linkage();
  for (const registry of [...csvRegistries, educationRegistry])
    await extract({
      registry,
      source: site.source,
      data: site.data,
      linkage,
      synthetic: true,
      maxRejects: 100,
    });
  const original = join(site.data, '..');

  async function attempt(dice: Dice): Promise<Attempt> {
    const folder = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
    const [source, data] = [join(folder, 'exports'), join(folder, 'data')];
    try {
      await cp(original, folder, { recursive: true });
      const registry = await spoil(source, dice);
      const before = await listing(data, registry);
      const copied = await Linkage.open({ dir: join(data, 'linkage'), secret: SECRET, expectedPersons: 100 });
      const options = { registry, source, data, linkage: copied, synthetic: true, maxRejects: 20 };
      const outcome = await extract(options).then(
        (): Attempt => ({ outcome: 'accepted', published: [], faults: [] }),
        refusedBy,
      );
      const faults = [...outcome.faults, ...(await damages(data, registry, before, outcome.outcome))];
      const written: Buffer[] = [];
      for await (const { bytes } of filesBelow(data)) written.push(bytes);
      return { ...outcome, published: [...outcome.published, ...written], faults };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { attempt, close: () => site.remove() };
}

/** The files of a registry in the data folder, without the list of rejects that a refusal leaves. */
async function listing(data: string, { name }: RegistryDefinition): Promise<string> {
  const entries = await readdir(join(data, name), { recursive: true });
  return entries
    .filter((entry) => entry !== 'rejects.csv')
    .sort()
    .join('\n');
}

async function damages(
  data: string,
  registry: RegistryDefinition,
  before: string,
  outcome: string,
): Promise<string[]> {
  const after = await listing(data, registry);
  if (outcome !== 'accepted' && after !== before)
    return ['A refused extraction has left something half-written.'];
  if (after.includes('.partial')) return ['A draft of a snapshot was left.'];
  // Throws when a table is damaged or lacks rows of its manifest.
  return openSnapshot(data, registry).then(
    () => [],
    (error: unknown) => refusedBy(error).published.slice(0, 1).map(String),
  );
}
