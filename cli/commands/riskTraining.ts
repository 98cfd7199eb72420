import { availableParallelism, userInfo } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { type Day, formatQuarter, parseQuarter } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import type { RiskTable } from '../../risk-model/training/riskTable.js';
import { type TrainingStep, trainRiskModel } from '../../risk-model/training/trainRiskModel.js';
import { riskSources } from '../../subgraphs/registries.js';
import {
  auditWitnessOption,
  dataOption,
  ownersOption,
  policiesFromOption,
  secretsOption,
  watchedPoliciesOption,
  wholeNumber,
} from '../options.js';
import { formatCount, Progress } from '../progress.js';
import { readChildren } from '../risk/readChildren.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { type OpenRegistries, type RegistriesOptions, withRegistries } from '../runtime/openRegistries.js';

const ABOUT = `Trains a model that predicts child-protection clientship one to five years ahead, and adds it to the register.
It does not serve until it is approved ("polku risk approve").`;

const NOTES = `
Data: the registries answer under their owners' policies, for the purpose development. People who objected are excluded.
The audit log gets a record with everybody whose data was read. It is in its own chain, so a gateway may run at the same
time.

Families: three in five are for training, one in five for validation and then also for training, and one in five only for
"polku risk evaluate". The split covers all quarters that are given, because people move between families. The same data,
quarters and seed give the same model, with any number of threads.

Example:
  polku risk train --as-of 2007-Q1 --tried-on 2012-Q1 --data data --dev`;

/** The options of every command that reads all children. */
export interface ChildrenOptions extends RegistriesOptions {
  readonly by: string;
  readonly role: string;
}

export interface TrainOptions extends ChildrenOptions {
  readonly asOf: readonly Day[];
  readonly triedOn: readonly Day[];
  readonly seed: number;
  readonly threads: number;
}

export function trainCommand(): Command {
  return childrenOptions(
    new Command('train')
      .description(ABOUT)
      .requiredOption(
        '--as-of <quarters...>',
        'the quarters to train on, such as 2007-Q1; the five years after them must be past',
        readQuarters,
      )
      .option(
        '--tried-on <quarters...>',
        'later quarters for the evaluation; the split of families covers them too',
        readQuarters,
        [],
      )
      .option('--seed <n>', 'the seed of the random split of families', wholeNumber(0, 2 ** 32 - 1), 1)
      .option(
        '--threads <n>',
        'the number of threads',
        wholeNumber(1, 64),
        Math.min(8, availableParallelism()),
      ),
  )
    .addHelpText('after', NOTES)
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const version = await trainVersion(options);
  console.log(`It does not serve yet. To measure its predictions: polku risk evaluate ${version} --help`);
}

/**
 * Trains a model and adds it to the register.
 * @returns its version
 */
export async function trainVersion(options: TrainOptions): Promise<string> {
  const { seed, threads, asOf, triedOn } = options;
  const quarters = [...asOf, ...triedOn];
  const twice = quarters.find((quarter, i) => quarters.indexOf(quarter) !== i);
  if (twice !== undefined)
    throw new PolkuError(
      'USAGE',
      `${formatQuarter(twice)} is given twice. Give each quarter once: a model is also evaluated on the quarters that it is trained on.`,
    );
  const progress = new Progress();
  return withRegistries(options, 'training', async (open) => {
    const table = await childrenOf(quarters, options, open, progress);
    const trained = await trainRiskModel(table, {
      seed,
      trainedAt: new Date().toISOString(),
      blocks: asOf.map((_, block) => block),
      threads: threads - 1,
      progress: (step) => progress.update(`  ${stepText(step)}, ${progress.seconds} s`),
    });
    const desk = new RiskRegisterService({
      store: new RegisterStore(options.data),
      trust: registerTrust(options),
    });
    const version = await desk.addModel(trained.text);
    const { terms, factors } = trained.model;
    progress.done(
      `Version ${version}: ${formatCount(terms.length)} terms of ${formatCount(factors.length)} factors, ` +
        `out of ${formatCount(table.factors.length)}; ${progress.seconds} s.`,
    );
    return version;
  });
}

function stepText({ doing, done }: TrainingStep): string {
  const words = {
    trying: 'choosing terms on training families',
    choosing: 'choosing terms on validation families too',
    fitting: 'fitting bags of families',
  };
  return `${words[doing]}: ${done}`;
}

/** Adds the options for reading all children. */
export function childrenOptions(command: Command): Command {
  return command
    .addOption(dataOption())
    .option('--role <role>', 'the role that may read ChildFactors and ChildOutcomes', 'model-developer')
    .option('--by <name>', 'who runs the command, for the audit log', userInfo().username)
    .option('--dev', 'use policies of a folder; only for synthetic snapshots')
    .addOption(watchedPoliciesOption())
    .addOption(policiesFromOption())
    .addOption(ownersOption())
    .addOption(secretsOption())
    .addOption(auditWitnessOption());
}

/** Reads all children as of the quarters and reports how many there are. */
export async function childrenOf(
  quarters: readonly Day[],
  { by, role }: ChildrenOptions,
  { policy, subgraphs, auditLog, personDigests }: OpenRegistries,
  progress: Progress,
): Promise<RiskTable> {
  const table = await readChildren({
    blocks: quarters,
    by,
    role,
    policy,
    subgraphs,
    sources: riskSources,
    auditLog,
    personDigests,
    onFeed: (registry, quarter) => progress.update(`  children as of ${quarter}: ${registry}`),
  });
  const clients = table.outcome.reduce((sum, year) => sum + (year > 0 ? 1 : 0), 0);
  progress.done(
    `${formatCount(table.rows)} children; ${formatCount(clients)} became clients later; ${progress.seconds} s`,
  );
  return table;
}

function readQuarters(text: string, before: readonly Day[] = []): readonly Day[] {
  const day = parseQuarter(text);
  if (day === undefined) throw new InvalidArgumentError('Expected a quarter such as 2007-Q1.');
  return [...before, day];
}
