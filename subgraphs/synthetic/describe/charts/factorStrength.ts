import { COLOURS, Svg, WIDTH } from '../../../charts/svg.js';

export interface Strength {
  readonly name: string;
  /** Area under the ROC curve, 0.5 for chance. */
  readonly auc: number;
  readonly kind: 'alone' | 'oracle';
}

const [LEFT, RIGHT, TOP, ROW] = [230, 70, 84, 21];
const [LEAST, MOST] = [0.5, 0.9];

/** Bars: how well each circumstance alone foretells need, beside the best prediction that there can be. */
export function factorStrength(strengths: readonly Strength[]): string {
  const sorted = [...strengths].sort((a, b) => b.auc - a.auc);
  const height = TOP + sorted.length * ROW + 50;
  const svg = new Svg('No factor alone: area under the ROC curve, five years ahead', height);
  svg.legend(24, 58, [
    ['the true hazards', COLOURS[3]],
    ['one circumstance alone', COLOURS[0]],
  ]);
  const x = (auc: number): number => LEFT + ((auc - LEAST) / (MOST - LEAST)) * (WIDTH - LEFT - RIGHT);
  const ground = TOP + sorted.length * ROW;
  for (let value = LEAST; value <= MOST + 0.001; value += 0.1) {
    svg.line(x(value), TOP - 6, x(value), ground);
    svg.text(x(value), ground + 18, value.toFixed(1), { anchor: 'middle', size: 12, faint: true });
  }
  sorted.forEach(({ name, auc, kind }, i) => {
    const y = TOP + i * ROW;
    const to = x(Math.max(auc, LEAST));
    svg.rect(x(LEAST), y, Math.max(1.5, to - x(LEAST)), ROW - 5, kind === 'oracle' ? COLOURS[3] : COLOURS[0]);
    svg.text(LEFT - 10, y + 13, name, { anchor: 'end' });
    svg.text(to + 6, y + 13, auc.toFixed(2), { size: 12, faint: true });
  });
  return svg.toString();
}
