import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseQuarter } from '../../lib/calendar.js';
import { SOURCE_MARKER } from '../../registry-kit/snapshot/manifest.js';
import { readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { registries } from '../../subgraphs/registries.js';
import { DemoClient, playScenes, printScene } from '../demo/scenes.js';
import { policiesOption, portOption, untilStopped, wholeNumber } from '../options.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { generateWithProgress } from './city.js';
import { extractRegistries } from './extract.js';
import { trainVersion } from './riskTraining.js';
import { serve } from './serve.js';

const ABOUT = `Shows all of Polku: generates a synthetic city, extracts its registries, trains a model of need, serves them with the explorer, and makes
five requests - a family's path, answered, refused, and one answered in part; foreseen need, answered and refused.`;

interface DemoOptions {
  readonly persons: number;
  readonly seed: number;
  readonly folder: string;
  readonly policies: string;
  readonly port: number;
  readonly once?: boolean;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description(ABOUT)
    .option('--persons <n>', 'people in the city', wholeNumber(2_000, 1_000_000), 20_000)
    .option('--seed <n>', 'another seed makes another city', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--folder <folder>', 'where cities are kept; the next run finds them there', join('data', 'demo'))
    .addOption(policiesOption())
    .addOption(portOption(4000))
    .option('--once', 'stop after the five requests')
    .action(async (options: DemoOptions) => {
      process.exitCode = (await demo(options)) ? 0 : 1;
    });
}

async function demo({ persons, seed, folder, policies, port, once }: DemoOptions): Promise<boolean> {
  // A folder for each city: keys of one are not for another.
  const home = join(folder, `${persons}-${seed}`);
  const [exports, data] = [join(home, 'exports'), join(home, 'data')];

  console.log(`\nA synthetic city of ${persons} people, as four departments export it`);
  const kept = existsSync(join(exports, SOURCE_MARKER));
  if (kept) console.log(`  kept from an earlier run in ${exports}`);
  else await generateWithProgress({ persons, seed, out: exports });

  console.log('\nExtraction: identity codes become keys, names and addresses stay behind');
  if (kept && (await isExtracted(data))) console.log(`  kept from an earlier run in ${data}`);
  else
    await extractRegistries(
      registries.map(({ definition }) => definition.name),
      { source: exports, data, expectedPersons: persons, keepUnchanged: true },
    );

  console.log('\nForeseen need: a model learns from the five years after 2006, and is approved');
  await haveModel(data, policies);

  const { city, dev } = await serve({
    data,
    policies,
    port,
    host: '127.0.0.1',
    dev: true,
    audience: 'polku',
    subgraph: new Map(),
    epoch: '1',
    // Some of the requests are refused on purpose.
    securityEvents: join(data, 'security-events.ndjson'),
  });
  const address = `http://localhost:${city.url.port}`;
  console.log(`\nServing on ${address} - open it for the explorer. Personas and their purposes:`);
  for (const { id, purposes, explanation } of dev!.personas) {
    console.log(`  ${id.padEnd(16)} ${purposes.join(', ').padEnd(34)} ${explanation}`);
  }

  console.log('\nFive requests\n');
  const scenes = await playScenes(new DemoClient(city.url));
  for (const [index, scene] of scenes.entries()) console.log(printScene(scene, index + 1));
  const failed = scenes.filter(({ asExpected }) => !asExpected);
  for (const { title } of failed) console.error(`Not as expected: ${title}`);

  if (!once) {
    console.log(`The explorer is at ${address}; Ctrl-C ends it.`);
    await untilStopped();
  }
  await city.stop();
  return failed.length === 0;
}

/** Has some model serve, so that an assessment can be shown: a small city teaches little. */
async function haveModel(data: string, policies: string): Promise<void> {
  const desk = new RiskRegisterService({
    store: new RegisterStore(data),
    trust: registerTrust({ dev: true }),
  });
  const { serving } = await desk.register();
  if (serving) return console.log(`  version ${serving.version} is kept from an earlier run`);
  const version = await trainVersion({
    asOf: [parseQuarter('2007-Q1')!],
    triedOn: [],
    by: 'demo',
    role: 'model-developer',
    seed: 1,
    threads: 1,
    data,
    policies,
    dev: true,
  });
  await desk.approve(version, 'The demo approves what it has trained itself.', undefined);
}

async function isExtracted(data: string): Promise<boolean> {
  const manifests = registries.map(({ definition }) => readManifest(data, definition));
  return (await Promise.allSettled(manifests)).every(({ status }) => status === 'fulfilled');
}
