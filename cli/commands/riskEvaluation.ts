import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { type Day, formatDay, parseDay, today } from '../../lib/calendar.js';
import { PolkuError } from '../../lib/errors.js';
import { Linkage } from '../../linkage/linkage.js';
import { writeModelCard } from '../../risk-model/card/writeModelCard.js';
import { evaluateRiskModel, type EvaluationOptions } from '../../risk-model/evaluation/evaluateRiskModel.js';
import { figure, type RiskEvaluation } from '../../risk-model/evaluation/evaluation.js';
import { parseRiskModel, type RiskModel } from '../../risk-model/model/riskModel.js';
import type { RegisteredVersion, Stop, VerifiedRegister } from '../../risk-model/register/verifyRegister.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { BAND_ENDS, BANDS, type ShadowCounts } from '../../risk-model/register/shadowTable.js';
import type { RiskTable } from '../../risk-model/training/riskTable.js';
import { riskSources } from '../../subgraphs/registries.js';
import { dataOption, ownersOption } from '../options.js';
import { formatCount, Progress } from '../progress.js';
import { readTruth } from '../risk/readTruth.js';
import { registerTrust } from '../runtime/openPolicy.js';
import { type OpenRegistries, withRegistries } from '../runtime/openRegistries.js';
import { childrenOf, childrenOptions, type ChildrenOptions } from './riskTraining.js';

const NOTES = `
Training set some families apart, by its seed and over the quarters that it was given. The evaluation uses these families,
as of each of these quarters. A version can be evaluated once, and the register stores the result.

The true hazards of a synthetic city are known: with --truth, the evaluation compares the model with them.

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

const versionArgument = () => new Argument('<version>', 'the version, as "polku risk models" lists it');

export function evaluateCommand(): Command {
  return childrenOptions(
    new Command('evaluate')
      .description(
        'Measures how well a version predicts for families that it has not seen: discrimination, calibration, fairness.',
      )
      .addArgument(versionArgument())
      .option('--truth <folder>', 'for a synthetic city: the folder "truth" next to its exports'),
  )
    .addHelpText('after', NOTES)
    .action(evaluate);
}

async function evaluate(version: string, options: EvaluateOptions): Promise<void> {
  const store = new RegisterStore(options.data);
  const desk = new RiskRegisterService({ store, trust: registerTrust(options) });
  await desk.version(version);
  const model = parseRiskModel(await store.readModel(version));
  const progress = new Progress();
  await withRegistries(options, 'evaluation', async (open) => {
    const table = await childrenOf(quartersOf(model), options, open, progress);
    const evaluation = evaluateRiskModel(model, table, await truthOf(options, table, open));
    await desk.addEvaluation(version, `${JSON.stringify(evaluation, null, 1)}\n`);
    console.log(evaluationText(evaluation));
    progress.done(
      `${progress.seconds} s. The result is in the register; "polku risk card ${version}" writes it as a page.`,
    );
  });
}

/** The quarters over which training split the families. Other quarters would give other families. */
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
      'Writes the model card of an evaluated version: its intended use, its terms, and how well it predicts for which groups. As HTML, and as Markdown with pictures.',
    )
    .addArgument(versionArgument())
    .requiredOption('--out <folder>', 'the folder for the files')
    .addOption(dataOption())
    .addOption(ownersOption())
    .option('--dev', 'read the register without signatures, as a server with --dev does')
    .action(async (version: string, options: CardOptions) => {
      const store = new RegisterStore(options.data);
      const desk = new RiskRegisterService({ store, trust: registerTrust(options) });
      const { evaluation } = await desk.version(version);
      if (evaluation === undefined)
        throw new PolkuError(
          'USAGE',
          `Version ${version} has no evaluation. See: polku risk evaluate --help`,
        );
      const model = parseRiskModel(await store.readModel(version));
      const found = JSON.parse(await store.readEvaluation(version)) as RiskEvaluation;
      const factors = riskSources.flatMap((source) => source.features);
      for (const file of await writeModelCard(model, found, factors, options.out)) console.log(file);
    });
}

/** A version of the model as lines of text. */
export function versionLines(version: RegisteredVersion, register: VerifiedRegister): string {
  const { approvers, approvedAt, missing, evaluation, registeredAt } = version;
  const approval = approvedAt
    ? `Approved on ${dayOf(approvedAt)} by ${[...approvers].join(', ')}.`
    : `Approved by ${approvers.size > 0 ? [...approvers].join(', ') : 'nobody'}; needs ${missing} more.`;
  return [
    `${version.version}  ${stateOf(version, register)}`,
    `   Registered on ${dayOf(registeredAt)}, ${evaluation === undefined ? 'not evaluated' : 'evaluated'}. ${approval}`,
  ].join('\n');
}

function stateOf(version: RegisteredVersion, { serving, shadow, stops }: VerifiedRegister): string {
  if (version.retired) return 'retired';
  if (serving?.version === version.version) return 'serves';
  if (stops.some((stop) => stop.version === undefined || stop.version === version.version)) return 'stopped';
  if (shadow?.version === version.version) return 'in shadow';
  return version.approvedAt ? 'approved; a newer one serves' : 'waits for approval';
}

/** A stop as a line of text. */
export function stopLine({ sequence, version, person, time, reason }: Stop): string {
  return `Stop ${sequence}: ${version ?? 'every version'}, on ${dayOf(time)} by ${person ?? 'somebody without a signature'}: ${reason}`;
}

/** How often a version in shadow mode scored in each band: a row for each band of the version that serves. */
export function shadowText(serving: string, shadow: string, counts: ShadowCounts): string {
  const names = Array.from({ length: BANDS }, (_, band) => nameOf(band));
  const width =
    Math.max(...names.map(({ length }) => length), ...counts.map((number) => formatCount(number).length)) + 2;
  const line = (head: string, cells: readonly string[]) =>
    `   ${head.padEnd(width)}${cells.map((cell) => cell.padStart(width)).join('')}`;
  const rows = names.map((name, row) =>
    line(
      name,
      names.map((_, column) => formatCount(counts[row * BANDS + column]!)),
    ),
  );
  const total = counts.reduce((sum, number) => sum + number, 0);
  return [
    `Assessments by ${serving} (rows) and by ${shadow} in shadow mode (columns), probability within five years: ${formatCount(total)}`,
    line('', names),
    ...rows,
  ].join('\n');
}

function nameOf(band: number): string {
  const percent = (index: number) => Math.round(BAND_ENDS[index]! * 100);
  return band < BAND_ENDS.length ? `< ${percent(band)} %` : `>= ${percent(band - 1)} %`;
}

function dayOf(time: Date): string {
  return formatDay(today(time));
}

/** The main figures of an evaluation, with a line for each quarter and horizon. */
function evaluationText({ blocks, families }: RiskEvaluation): string {
  const lines = blocks.flatMap(({ asOf, trainedOn, horizons }) => [
    `As of ${asOf}${trainedOn ? ', the quarter that it was trained on' : ''}:`,
    '  years  children  clients  AUC                  logistic  slope  calibration error  below oracle  log loss above',
    ...horizons.map(({ years, children, clients, model, logisticRegression, oracle }) => {
      const { value, from, until } = model.auc;
      return [
        `  ${String(years).padEnd(5)}`,
        String(children).padStart(8),
        String(clients).padStart(7),
        `${figure(value, 4)} (${figure(from, 3)}-${figure(until, 3)})`,
        figure(logisticRegression.auc.value, 4).padStart(8),
        figure(model.slope.value, 3).padStart(5),
        figure(oracle?.calibrationError ?? model.calibrationError.value, 4).padStart(17),
        oracle ? figure(oracle.aucBelow.value, 4).padStart(12) : '',
        oracle ? figure(oracle.divergence, 4).padStart(14) : '',
      ].join('  ');
    }),
  ]);
  return [`On ${families} families that it has not seen.`, ...lines].join('\n');
}
