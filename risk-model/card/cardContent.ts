import type { Factor } from '../../registry-kit/features/feature.js';
import { type Estimate, figure, type RiskEvaluation } from '../evaluation/evaluation.js';
import { binsOfCell, MILLIONTHS, type TermContent } from '../model/modelContent.js';
import type { RiskModel } from '../model/riskModel.js';
import { aucPlot, binLabels, calibrationPlot, percent, shapePlot, signed, togetherPlot } from './plots.js';

/** A card before it is HTML or Markdown. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** `file`: its name where pictures are files. */
  | { readonly kind: 'picture'; readonly file: string; readonly title: string; readonly svg: string };

const MAIN_SHAPES = 6;
const MAIN_TOGETHER = 6;

/** What a model is, is for and is not for, how good it is and to whom it is fair: model cards (Mitchell et al. 2019). */
export function cardContent(
  model: RiskModel,
  evaluation: RiskEvaluation,
  factors: readonly Factor[],
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
    { kind: 'heading', level: 1, text: `Model card: foreseeing need, ${model.version}` },
    text(
      `Foretells in which of the next five years a child might first become a client of child protection (open care or placement). Trained ${model.trainedAt}; SHA-256 of its file ${model.sha256}.`,
    ),
    heading('Meant for'),
    {
      kind: 'list',
      items: [
        'Social workers and family teams who already know the child, for child protection and its assessment: as one more reason to offer help early.',
        'Planning of preventive services, as numbers of groups that passed disclosure control.',
      ],
    },
    heading('Not for'),
    {
      kind: 'list',
      items: [
        'Deciding anything about a child or a family by itself: no service, no measure, no refusal may follow from a score alone (GDPR, Article 22).',
        'Benefits, sanctions, policing, migration, insurance, schools; ranking families; research on persons.',
        'Children of other cities or times than those it was evaluated on.',
      ],
    },
    heading('Human oversight'),
    text(
      'Whoever reads a score sees what it is made of, how often such scores came true, and these limits; may set it aside without giving a reason; and is never asked to act on it (AI Act, Article 14). The data owner can stop a version at once.',
    ),
    heading('Data'),
    text(
      `${count(training.children)} children of ${count(training.families)} families as of ${training.blocks.join(', ')}; ${count(training.clients)} of them became clients while they could be seen. A fifth of the families was set aside; nothing was chosen or fitted on them, and the figures below are theirs alone. ${count(considered.length + model.factors.length)} factors were looked at, ${model.factors.length} have an effect.`,
    ),
    heading('What it is not told'),
    text(
      "The outcome is a contact with a service, not the child's need: whoever is seen more is found more, and need that nobody notified is learnt as no need. Clientship also depends on law and practice, which change. What the registers do not hold (violence that nobody saw, help from relatives) is not in the model.",
    ),
    heading('No factor alone'),
    text(
      `Of the variance of the log-odds ${percent(shares.age)} comes from age, ${percent(shares.alone)} from single factors and ${percent(shares.together)} from factors that come together. The best single factor reaches an AUC of ${evaluation.alone[0]?.auc.toFixed(3)} at five years, the model ${figure(longest.model.auc.value, 3)}.`,
    ),
    {
      kind: 'table',
      head: ['Factor alone', 'AUC, 5 years'],
      rows: evaluation.alone.slice(0, 10).map(({ factor, auc }) => [name([factor]), auc.toFixed(3)]),
    },
    heading('How it reckons'),
    text(
      `A child of whom nothing unusual is known starts at ${signed(base / MILLIONTHS)}, the log-odds of a year, and at what its age adds. Each term adds what its bin says; several factors together add something only where none of them is usual. Later years differ by year and by the age attained. Nothing else enters: the file is the model.`,
    ),
    {
      kind: 'table',
      head: ['', 'Term', 'Adds most where', 'Adds, from .. to'],
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
        `As of ${asOf}, on families that were set aside${trainedOn ? '' : '; children of this date were not trained on'}. In brackets: 95 % intervals, families drawn anew.`,
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
          'AUC below the truth',
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
      title: 'What was foretold for five years, and what came',
      svg: calibrationPlot('What was foretold for five years, and what came', model.calibration.at(-1)!),
    },
    heading('Worth of acting at a threshold'),
    {
      kind: 'table',
      head: ['Threshold', 'Flagged', 'Of clients', 'Of others', 'Precision', 'Net benefit', 'If all'],
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
      'Five years ahead, by group; groups of few clients are left out. Rates are those at a threshold of 20 %.',
    ),
    {
      kind: 'table',
      head: ['Group', 'Children', 'Foretold', 'Came', 'AUC', 'Of clients', 'Of others', 'Precision'],
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
      'Clients by year as they were expected and as they came. Where law or practice change, the two part, and the model must be trained anew.',
    ),
    {
      kind: 'table',
      head: ['As of', 'Year', 'Expected', 'Came'],
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
    { kind: 'heading', level: 2, text: 'What was planted' },
    {
      kind: 'text',
      text: `The city is made, so it is known what counts together: ${found} of ${planted.length} are terms of the model.`,
    },
    {
      kind: 'table',
      head: ['Together', 'Found as'],
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

/** The bin of each factor in the cell of a term that adds most. */
function strongestBins({ cuts, values }: TermContent): string {
  const most = values.reduce((strongest, value) =>
    Math.abs(value) > Math.abs(strongest) ? value : strongest,
  );
  return binsOfCell(cuts, values.indexOf(most))
    .map((bin, factor) => binLabels(cuts[factor]!)[bin]!)
    .join(' + ');
}
