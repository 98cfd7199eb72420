import type { Feature } from '../../registry-kit/features/feature.js';
import { type Estimate, figure, type RiskEvaluation } from '../evaluation/evaluation.js';
import { binsOfCell, MILLIONTHS, type TermContent } from '../model/modelContent.js';
import type { RiskModel } from '../model/riskModel.js';
import { INTENDED_USE, LIMITATIONS, OUT_OF_SCOPE_USE, OUTCOME, OVERSIGHT_OF_READERS } from './cardWords.js';
import { aucPlot, binLabels, calibrationPlot, percent, shapePlot, signed, togetherPlot } from './plots.js';

/** A card before it becomes HTML or Markdown. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** `file`: the name of the picture where pictures are separate files. */
  | { readonly kind: 'picture'; readonly file: string; readonly title: string; readonly svg: string };

const MAIN_SHAPES = 6;
const MAIN_TOGETHER = 6;

/**
 * The content of a model card (Mitchell et al. 2019): what a model is, what it is for and not for, how good
 * it is, and how fair to each group.
 */
export function cardContent(
  model: RiskModel,
  evaluation: RiskEvaluation,
  factors: readonly Feature[],
): Block[] {
  const { training, terms, considered, base } = model.content;
  const labels = new Map(factors.map(({ id, label }) => [id, label.en]));
  const name = (ids: readonly string[]) => ids.map((id) => labels.get(id) ?? id).join(' + ');
  const heading = (text: string): Block => ({ kind: 'heading', level: 2, text });
  const text = (words: string): Block => ({ kind: 'text', text: words });
  const singles = terms.filter(({ factors: of }) => of.length === 1).slice(0, MAIN_SHAPES);
  const together = terms.filter(({ factors: of }) => of.length > 1).slice(0, MAIN_TOGETHER);
  const own = evaluation.blocks.find(({ trainedOn }) => trainedOn)!;
  const longest = own.horizons.at(-1)!;
  const { shares } = evaluation;
  return [
    { kind: 'heading', level: 1, text: `Model card: predicted need, ${model.version}` },
    text(`${OUTCOME.en} Trained ${model.trainedAt}; SHA-256 of its file ${model.sha256}.`),
    heading('Intended use'),
    { kind: 'list', items: INTENDED_USE.map(({ en }) => en) },
    heading('Out-of-scope use'),
    { kind: 'list', items: OUT_OF_SCOPE_USE.map(({ en }) => en) },
    heading('Human oversight'),
    text(OVERSIGHT_OF_READERS.en),
    heading('Data'),
    text(
      `${count(training.children)} children of ${count(training.families)} families as of ${training.blocks.join(', ')}; ${count(training.clients)} of them became clients while they were observed. A fifth of the families are test families: nothing was chosen or fitted on them, and the figures below are from them only. ${count(considered.length + model.factors.length)} factors were considered, and ${model.factors.length} have an effect.`,
    ),
    heading('Limitations'),
    text(LIMITATIONS.en),
    heading('Single factors and interactions'),
    text(
      `Age explains ${percent(shares.age)} of the variance of the log-odds, single factors ${percent(shares.alone)} and interactions of factors ${percent(shares.together)}. The best single factor reaches an AUC of ${evaluation.alone[0]?.auc.toFixed(3)} at five years, the model ${figure(longest.model.auc.value, 3)}.`,
    ),
    {
      kind: 'table',
      head: ['Single factor', 'AUC, 5 years'],
      rows: evaluation.alone.slice(0, 10).map(({ factor, auc }) => [name([factor]), auc.toFixed(3)]),
    },
    heading('How it computes a score'),
    text(
      `Every child starts at ${signed(base / MILLIONTHS)}, the log-odds of a year, plus a value for the child's age. Each term adds the value of its bin. An interaction of several factors adds something only if none of them has its usual value. Later years differ by year and by attained age. Nothing else enters: the file is the whole model.`,
    ),
    {
      kind: 'table',
      head: ['', 'Term', 'Adds most in', 'Adds, from .. to'],
      rows: terms.map((term, i) => [
        String(i + 1),
        name(term.factors),
        strongestBins(term),
        `${signed(Math.min(...term.values) / MILLIONTHS)} .. ${signed(Math.max(...term.values) / MILLIONTHS)}`,
      ]),
    },
    ...singles.map((term, i): Block => ({
      kind: 'picture',
      file: `factor-${i + 1}.svg`,
      title: name(term.factors),
      svg: shapePlot(name(term.factors), term),
    })),
    ...together.map((term, i): Block => ({
      kind: 'picture',
      file: `together-${i + 1}.svg`,
      title: name(term.factors),
      svg: togetherPlot(name(term.factors), term),
    })),
    heading('How good it is'),
    ...evaluation.blocks.flatMap(({ asOf, trainedOn, horizons }): Block[] => [
      text(
        `As of ${asOf}, on test families${trainedOn ? '' : '; children of this date were not trained on'}. In brackets: 95 % bootstrap intervals over families.`,
      ),
      {
        kind: 'table',
        head: [
          'Years',
          'Children',
          'Clients',
          'AUC',
          'PR-AUC',
          'Log loss',
          'Brier',
          'ECE',
          'Slope',
          'AUC of logistic regression',
          'AUC below the true model',
        ],
        rows: horizons.map(({ years, children, clients, model: of, logisticRegression, oracle }) => [
          String(years),
          count(children),
          count(clients),
          interval(of.auc),
          figure(of.prAuc.value, 3),
          figure(of.logLoss.value, 4),
          figure(of.brier.value, 4),
          figure(of.calibrationError.value, 4),
          interval(of.slope),
          figure(logisticRegression.auc.value, 4),
          oracle ? figure(oracle.aucBelow.value, 4) : '',
        ]),
      },
      {
        kind: 'picture',
        file: `auc-${asOf}.svg`,
        title: `AUC by years ahead, as of ${asOf}`,
        svg: aucPlot(`AUC by years ahead, as of ${asOf}`, horizons),
      },
    ]),
    {
      kind: 'picture',
      file: 'calibration.svg',
      title: 'Predicted and observed at five years',
      svg: calibrationPlot('Predicted and observed at five years', model.calibration.at(-1)!),
    },
    heading('Net benefit by threshold'),
    {
      kind: 'table',
      head: [
        'Threshold',
        'Flagged',
        'True positive rate',
        'False positive rate',
        'Precision',
        'Net benefit',
        'Net benefit if all are flagged',
      ],
      rows: evaluation.decisionCurve.map((at) => [
        percent(at.threshold),
        count(at.flagged),
        percent(at.truePositiveRate),
        percent(at.falsePositiveRate),
        percent(at.precision),
        figure(at.netBenefit, 4),
        figure(at.netBenefitOfAll, 4),
      ]),
    },
    heading('Fairness'),
    text(
      'Five years ahead, by group. Groups with few clients are left out. Rates are at a threshold of 20 %.',
    ),
    {
      kind: 'table',
      head: [
        'Group',
        'Children',
        'Predicted',
        'Observed',
        'AUC',
        'True positive rate',
        'False positive rate',
        'Precision',
      ],
      rows: evaluation.groups.map(({ grouping, label, children, predicted, observed, auc, thresholds }) => {
        const at = thresholds.find(({ threshold }) => threshold === 0.2)!;
        return [
          `${grouping}: ${label}`,
          count(children),
          percent(predicted),
          percent(observed),
          figure(auc, 3),
          percent(at.truePositiveRate),
          percent(at.falsePositiveRate),
          percent(at.precision),
        ];
      }),
    },
    heading('Drift'),
    text(
      'Expected and observed clients by year. If law or practice change, the two diverge and the model must be retrained.',
    ),
    {
      kind: 'table',
      head: ['As of', 'Year', 'Expected', 'Observed'],
      rows: evaluation.blocks.flatMap(({ asOf, years }) =>
        years.map(({ year, expected, became }) => [asOf, String(year), expected.toFixed(0), count(became)]),
      ),
    },
    ...(evaluation.planted === undefined ? [] : plantedBlocks(evaluation.planted)),
  ];
}

function plantedBlocks(planted: NonNullable<RiskEvaluation['planted']>): Block[] {
  const found = planted.filter(({ terms }) => terms.length > 0).length;
  return [
    { kind: 'heading', level: 2, text: 'Known interactions' },
    {
      kind: 'text',
      text: `The city is synthetic, so its interactions are known: ${found} of ${planted.length} are terms of the model.`,
    },
    {
      kind: 'table',
      head: ['Interaction', 'Found as'],
      rows: planted.map(({ circumstances, terms }) => [
        circumstances.join(' + '),
        terms.map((factors) => factors.join(' + ')).join('; '),
      ]),
    },
  ];
}

function interval({ value, from, until }: Estimate): string {
  return `${figure(value, 3)} (${figure(from, 3)} .. ${figure(until, 3)})`;
}

function count(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

/** The bin of each factor in the term's cell with the largest value. */
function strongestBins({ cuts, values }: TermContent): string {
  const most = values.reduce((strongest, value) =>
    Math.abs(value) > Math.abs(strongest) ? value : strongest,
  );
  return binsOfCell(cuts, values.indexOf(most))
    .map((bin, factor) => binLabels(cuts[factor]!)[bin]!)
    .join(' + ');
}
