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
import { count, Progress } from '../progress.js';
import { readChildren } from '../risk/readChildren.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { type OpenRegistries, type RegistriesOptions, withRegistries } from '../runtime/openRegistries.js';

const ABOUT = `Trains a model that foresees child-protection clientship one to five years ahead, and enters it in the register.
It serves nobody until it is approved ("polku risk approve").`;

const NOTES = `
Registries are asked through their owners' policies, for the purpose development: people who objected are excluded. The audit log
gets a record of it that names everybody whose data was read, in a chain of its own: a gateway may run meanwhile.

Of the families, three in five teach, one in five tries out what was learnt and then teaches too, and one in five is kept for
"polku risk evaluate". They are set apart over all quarters that are named, for people move between families. The same data, quarters
and seed make the same model, in any number of threads.

Example:
  polku risk train --as-of 2007-Q1 --tried-on 2012-Q1 --data data --dev`;

/** What every command that reads all children needs. */
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
        'the quarter as of which children are known, and whose next five years are past, such as 2007-Q1',
        readQuarters,
      )
      .option(
        '--tried-on <quarters...>',
        'later ones on which it will be evaluated besides: families are set apart over them all',
        readQuarters,
        [],
      )
      .option('--seed <n>', 'another seed splits families otherwise', wholeNumber(0, 2 ** 32 - 1), 1)
      .option(
        '--threads <n>',
        'how many work side by side',
        wholeNumber(1, 64),
        Math.min(8, availableParallelism()),
      ),
  )
    .addHelpText('after', NOTES)
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const version = await trainVersion(options);
  console.log(`It serves nobody yet. See how well it foretells: polku risk evaluate ${version} --help`);
}

/**
 * Trains a model and enters it in the register.
 * @returns its version
 */
export async function trainVersion(options: TrainOptions): Promise<string> {
  const { seed, threads, asOf, triedOn } = options;
  const quarters = [...asOf, ...triedOn];
  const twice = quarters.find((quarter, i) => quarters.indexOf(quarter) !== i);
  if (twice !== undefined)
    throw new PolkuError(
      'USAGE',
      `${formatQuarter(twice)} is named twice. Expected each quarter once: a model is tried on the quarters that it learns from anyway.`,
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
      `Version ${version}: ${count(terms.length)} terms of ${count(factors.length)} factors, ` +
        `out of ${count(table.factors.length)}; ${progress.seconds} s.`,
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

/** Adds the options by which all children are read. */
export function childrenOptions(command: Command): Command {
  return command
    .addOption(dataOption())
    .option('--role <role>', 'to which owners grant ChildFactors and ChildOutcomes', 'model-developer')
    .option('--by <name>', 'who does it, for the audit log', userInfo().username)
    .option('--dev', 'policies of a folder; synthetic snapshots only')
    .addOption(watchedPoliciesOption())
    .addOption(policiesFromOption())
    .addOption(ownersOption())
    .addOption(secretsOption())
    .addOption(auditWitnessOption());
}

/** Reads all children as of the quarters, and says how many there are. */
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
    `${count(table.rows)} children, of whom ${count(clients)} were to become clients; ${progress.seconds} s`,
  );
  return table;
}

function readQuarters(text: string, before: readonly Day[] = []): readonly Day[] {
  const day = parseQuarter(text);
  if (day === undefined) throw new InvalidArgumentError('Expected a quarter such as 2007-Q1.');
  return [...before, day];
}
