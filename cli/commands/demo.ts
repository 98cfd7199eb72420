import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { parseQuarter } from '../../lib/calendar.js';
import { SOURCE_MARKER } from '../../registry-kit/snapshot/manifest.js';
import { readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { registries } from '../../subgraphs/registries.js';
import { configurationWith } from '../configuration/readConfiguration.js';
import { DemoClient, playScenes, printScene } from '../demo/scenes.js';
import { policiesOption, portOption, untilStopped, wholeNumber } from '../options.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { generateWithProgress } from './city.js';
import { extractRegistries } from './extract.js';
import { trainVersion } from './riskTraining.js';
import { serve } from './serve.js';

const ABOUT = `Shows all of Polku on a synthetic city: generates it, extracts its registries, trains a model of predicted need and starts
the gateway with the console. Then it makes five requests: the service path of a family (answered, refused, and answered
in part) and predicted need (answered and refused).`;

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
    .option('--persons <n>', 'the number of people in the city', wholeNumber(2_000, 1_000_000), 20_000)
    .option(
      '--seed <n>',
      'the seed of the random numbers; another seed makes another city',
      wholeNumber(0, 2 ** 32 - 1),
      1,
    )
    .option('--folder <folder>', 'the folder for the cities; the next run reuses them', join('data', 'demo'))
    .addOption(policiesOption())
    .addOption(portOption(4000))
    .option('--once', 'stop after the five requests instead of serving on')
    .action(async (options: DemoOptions) => {
      process.exitCode = (await demo(options)) ? 0 : 1;
    });
}

async function demo({ persons, seed, folder, policies, port, once }: DemoOptions): Promise<boolean> {
  // Each city has its own folder, because the keys of one city are not valid in another.
  const home = join(folder, `${persons}-${seed}`);
  const [exports, data] = [join(home, 'exports'), join(home, 'data')];

  console.log(`\nA synthetic city of ${persons} people, as four departments export it`);
  const isReused = existsSync(join(exports, SOURCE_MARKER));
  if (isReused) console.log(`  reused from an earlier run in ${exports}`);
  else await generateWithProgress({ persons, seed, out: exports });

  console.log('\nExtraction: identity codes become keys, names and addresses are left out');
  if (isReused && (await isExtracted(data))) console.log(`  reused from an earlier run in ${data}`);
  else
    await extractRegistries(
      registries.map(({ definition }) => definition.name),
      { source: exports, data, expectedPersons: persons, keepUnchanged: true },
    );

  console.log('\nPredicted need: a model learns from the five years after 2006, and is approved');
  await ensureModel(data, policies);

  const configuration = configurationWith({
    data,
    'policies.folder': policies,
    'gateway.port': port,
    // The demo prints its requests itself, and some of them are refused on purpose.
    'log.level': 'warn',
    'log.securityEvents': join(data, 'security-events.ndjson'),
  });
  const { city, dev } = await serve(configuration, { dev: true });
  const address = `http://localhost:${city.url.port}`;
  console.log(`\nServing on ${address} - open it to see the explorer. Personas and their purposes:`);
  for (const { id, purposes, explanation } of dev!.personas) {
    console.log(`  ${id.padEnd(16)} ${purposes.join(', ').padEnd(34)} ${explanation.en}`);
  }

  console.log('\nFive requests\n');
  const scenes = await playScenes(new DemoClient(city.url));
  for (const [index, scene] of scenes.entries()) console.log(printScene(scene, index + 1));
  const failed = scenes.filter(({ asExpected }) => !asExpected);
  for (const { title } of failed) console.error(`Not as expected: ${title}`);

  if (!once) {
    console.log(`The console is at ${address}; Ctrl-C stops it.`);
    await untilStopped();
  }
  await city.stop();
  return failed.length === 0;
}

/**
 * Makes sure that a model serves, so that the demo can show an assessment. A model of a small city is poor.
 */
async function ensureModel(data: string, policies: string): Promise<void> {
  const desk = new RiskRegisterService({
    store: new RegisterStore(data),
    trust: registerTrust({ dev: true }),
  });
  const { serving } = await desk.register();
  if (serving) return console.log(`  version ${serving.version} is reused from an earlier run`);
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
  await desk.approve(version, 'The demo approves the model that it has trained.', undefined);
}

async function isExtracted(data: string): Promise<boolean> {
  const manifests = registries.map(({ definition }) => readManifest(data, definition));
  return (await Promise.allSettled(manifests)).every(({ status }) => status === 'fulfilled');
}
