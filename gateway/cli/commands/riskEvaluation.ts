import { Argument, Command } from 'commander';
import { join } from 'node:path';
import { type Day, parseDay } from '../../../schema/calendar.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { Linkage } from '../../../subgraphs/linkage/linkage.js';
import { riskSources } from '../../../subgraphs/registries.js';
import { writeModelCard } from '../../../subgraphs/risk/card/writeModelCard.js';
import type { RiskEvaluation } from '../../../subgraphs/risk/evaluation/evaluation.js';
import {
  evaluateRiskModel,
  type EvaluationOptions,
} from '../../../subgraphs/risk/evaluation/evaluateRiskModel.js';
import { parseRiskModel, type RiskModel } from '../../../subgraphs/risk/model/riskModel.js';
import { RegisterStore } from '../../../subgraphs/risk/register/registerStore.js';
import { RiskDesk } from '../../../subgraphs/risk/register/riskDesk.js';
import type { RiskTable } from '../../../subgraphs/risk/training/riskTable.js';
import { dataOption, ownersOption } from '../options.js';
import { Progress } from '../progress.js';
import { readTruth } from '../risk/readTruth.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { type OpenRegistries, withRegistries } from '../runtime/openRegistries.js';
import { childrenOf, childrenOptions, type ChildrenOptions } from './riskTraining.js';
import { evaluationText } from './riskText.js';

const NOTES = `
The families were set apart when the model was trained, by its seed and over the quarters named then; it is evaluated on them once, as
of each of these quarters, and what is found stands in the register.

Of a synthetic city the truth is known: with --truth the model is held against the true hazards.

Example:
  polku risk evaluate 2026-11-26-1a2b3c4d --truth data/exports/truth --data data --dev`;

interface EvaluateOptions extends ChildrenOptions {
  readonly truth?: string;
}

interface CardOptions {
  readonly data: string;
  readonly out: string;
  readonly owners?: string;
  readonly dev?: boolean;
}

const versionArgument = () => new Argument('<version>', 'as "polku risk models" lists it');

export function evaluateCommand(): Command {
  return childrenOptions(
    new Command('evaluate')
      .description(
        'Says how well a version foretells, on families that it has not seen: discrimination, calibration, fairness.',
      )
      .addArgument(versionArgument())
      .option('--truth <folder>', 'of a synthetic city: the folder "truth" beside its exports'),
  )
    .addHelpText('after', NOTES)
    .action(evaluate);
}

async function evaluate(version: string, options: EvaluateOptions): Promise<void> {
  const store = new RegisterStore(options.data);
  const desk = new RiskDesk({ store, trust: registerTrust(options) });
  await desk.version(version);
  const model = parseRiskModel(await store.readModel(version));
  const progress = new Progress();
  await withRegistries(options, 'evaluation', async (open) => {
    const table = await childrenOf(quartersOf(model), options, open, progress);
    const evaluation = evaluateRiskModel(model, table, await truthOf(options, table, open));
    await desk.addEvaluation(version, `${JSON.stringify(evaluation, null, 1)}\n`);
    console.log(evaluationText(evaluation));
    progress.done(
      `${progress.seconds} s. It stands in the register; "polku risk card ${version}" writes it up.`,
    );
  });
}

/** Families were split over these quarters, and are the same over no others. */
function quartersOf({ content }: RiskModel): Day[] {
  return content.training.splitOver.map((date) => parseDay(date)!);
}

async function truthOf(
  { truth, data }: EvaluateOptions,
  table: RiskTable,
  { secrets }: OpenRegistries,
): Promise<EvaluationOptions> {
  if (truth === undefined) return {};
  const linkage = await Linkage.open({ dir: join(data, 'linkage'), secret: await secrets.linkage() });
  const { hazards, circumstances, together } = await readTruth(truth, table, linkage);
  return { truth: hazards, planted: { together, circumstances: Object.fromEntries(circumstances) } };
}

export function cardCommand(): Command {
  return new Command('card')
    .description(
      'Writes the card of a version that was evaluated: what it is for and not for, what it is made of, how well it foretells and for whom. HTML, and Markdown with pictures.',
    )
    .addArgument(versionArgument())
    .requiredOption('--out <folder>', 'where to write')
    .addOption(dataOption())
    .addOption(ownersOption())
    .option('--dev', 'as a server with --dev reads the register: without signatures')
    .action(async (version: string, options: CardOptions) => {
      const store = new RegisterStore(options.data);
      const desk = new RiskDesk({ store, trust: registerTrust(options) });
      const { evaluation } = await desk.version(version);
      if (evaluation === undefined)
        throw new PolkuError(
          'USAGE',
          `Version ${version} has no evaluation. See: polku risk evaluate --help`,
        );
      const model = parseRiskModel(await store.readModel(version));
      const found = JSON.parse(await store.readEvaluation(version)) as RiskEvaluation;
      const factors = riskSources.flatMap((source) => source.factors);
      for (const file of await writeModelCard(model, found, factors, options.out)) console.log(file);
    });
}
