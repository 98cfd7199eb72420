import { COLOURS, Svg, WIDTH } from '../../lib/svg.js';
import { figure, type HorizonEvaluation } from '../evaluation/evaluation.js';
import type { Measurement } from '../evaluation/metrics.js';
import { binsOfCell, type CalibrationBand, MILLIONTHS, type TermContent } from '../model/modelContent.js';

const [LEFT, TOP, PLOT] = [70, 60, 240];
const RIGHT = WIDTH - 30;
const BAR = 26;

/** The value of each bin of a factor, as bars from 0. */
export function shapePlot(title: string, { cuts, values }: TermContent): string {
  const bins = binLabels(cuts[0]!).map((label, bin) => [label, values[bin]! / MILLIONTHS] as const);
  return bars(title, bins);
}

/** The values of an interaction: a bar for each of its cells that is not 0. */
export function togetherPlot(title: string, { cuts, values }: TermContent): string {
  const labels = cuts.map((list) => binLabels(list));
  const cells = values.flatMap((value, cell) => {
    if (value === 0) return [];
    const parts = binsOfCell(cuts, cell).map((bin, factor) => labels[factor]![bin]!);
    return [[parts.join(' | '), value / MILLIONTHS] as const];
  });
  return bars(title, cells);
}

/** Predicted probability against observed share, by band. */
export function calibrationPlot(title: string, bands: readonly CalibrationBand[]): string {
  const svg = new Svg(title, TOP + PLOT + 60);
  const most = Math.max(0.01, ...bands.flatMap(({ predicted, observed }) => [predicted, observed]));
  const at = (x: number, y: number) =>
    [LEFT + (x / most) * (RIGHT - LEFT), TOP + PLOT - (y / most) * PLOT] as const;
  svg.line(...at(0, 0), ...at(most, most), { dashed: true });
  svg.path(
    bands.map(({ predicted, observed }) => at(predicted, observed)),
    COLOURS[0],
  );
  for (const share of [0, most / 2, most]) {
    svg.text(LEFT - 8, at(0, share)[1] + 4, percent(share), { anchor: 'end', faint: true });
    svg.text(at(share, 0)[0], TOP + PLOT + 22, percent(share), { anchor: 'middle', faint: true });
  }
  svg.text(LEFT, TOP + PLOT + 46, 'across: predicted; up: observed', { faint: true });
  return svg.toString();
}

/**
 * AUC by years ahead: of the model, of logistic regression and, where the true hazards are known, of those.
 */
export function aucPlot(title: string, horizons: readonly HorizonEvaluation[]): string {
  const svg = new Svg(title, TOP + PLOT + 70);
  const [low, high] = [0.5, 1];
  const x = (years: number) => LEFT + ((years - 1) / Math.max(1, horizons.length - 1)) * (RIGHT - LEFT - 20);
  const y = (auc: number) => TOP + PLOT - ((auc - low) / (high - low)) * PLOT;
  for (const auc of [0.5, 0.6, 0.7, 0.8, 0.9, 1]) {
    svg.line(LEFT, y(auc), RIGHT, y(auc));
    svg.text(LEFT - 8, y(auc) + 4, auc.toFixed(1), { anchor: 'end', faint: true });
  }
  const lines = [
    ['this model', (of: HorizonEvaluation) => of.model.auc.value],
    ['logistic regression', (of: HorizonEvaluation) => of.logisticRegression.auc.value],
    ['the true model', (of: HorizonEvaluation) => of.oracle?.quality.auc.value],
  ] as const;
  lines.forEach(([, value], line) => {
    const points = horizons.flatMap((of) => {
      const auc = value(of);
      return auc == null ? [] : [[x(of.years), y(auc)] as const];
    });
    svg.path(points, COLOURS[line]!);
  });
  for (const { years } of horizons)
    svg.text(x(years), TOP + PLOT + 22, `${years} y`, { anchor: 'middle', faint: true });
  svg.legend(
    LEFT,
    TOP + PLOT + 54,
    lines.map(([name], line) => [name, COLOURS[line]!]),
  );
  return svg.toString();
}

function bars(title: string, entries: readonly (readonly [label: string, value: number])[]): string {
  const svg = new Svg(title, TOP + BAR * entries.length + 40);
  const most = Math.max(0.1, ...entries.map(([, value]) => Math.abs(value)));
  const [zero, reach] = [470, 200];
  entries.forEach(([label, value], i) => {
    const y = TOP + i * BAR;
    const width = (Math.abs(value) / most) * reach;
    svg.text(zero - reach - 20, y + 15, label, { anchor: 'end', size: 12 });
    svg.rect(value < 0 ? zero - width : zero, y, width, BAR - 8, value < 0 ? COLOURS[1] : COLOURS[3]);
    svg.text(zero + reach + 10, y + 15, signed(value), { size: 12 });
  });
  svg.line(zero, TOP - 6, zero, TOP + BAR * entries.length);
  svg.text(24, TOP + BAR * entries.length + 24, 'what is added to the log-odds of a year', {
    faint: true,
    size: 12,
  });
  return svg.toString();
}

/** A text for each bin. */
export function binLabels(cuts: readonly number[]): string[] {
  if (cuts.length === 0) return ['unknown', 'known'];
  const between = cuts.map((cut, i) => (i === 0 ? `below ${cut}` : `${cuts[i - 1]} to ${cut}`));
  return ['unknown', ...between, `${cuts.at(-1)} or more`];
}

export function percent(share: Measurement): string {
  return share === null ? figure(share, 1) : `${figure(100 * share, 1)} %`;
}

export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
