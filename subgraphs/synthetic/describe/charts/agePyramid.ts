import { COLOURS, Svg, WIDTH } from '../../../charts/svg.js';

export interface AgeBand {
  /** The youngest age of the band, in years. */
  readonly from: number;
  readonly men: number;
  readonly women: number;
}

const HEIGHT = 500;
const TOP = 76;
const ROW = 19;
const GAP = 34;

/** Men to the left, women to the right, five years a row, the oldest on top. */
export function agePyramid(bands: readonly AgeBand[]): string {
  const svg = new Svg('Residents by age and sex, end of 2016', HEIGHT);
  const middle = WIDTH / 2;
  const most = Math.max(...bands.flatMap(({ men, women }) => [men, women]));
  const scale = (middle - GAP - 50) / most;
  const bottom = TOP + bands.length * ROW;
  svg.text(middle - GAP - 8, TOP - 14, 'Men', { anchor: 'end', bold: true });
  svg.text(middle + GAP + 8, TOP - 14, 'Women', { bold: true });
  const step = 5 * 10 ** Math.floor(Math.log10(most / 2));
  for (let value = 0; value <= most; value += step) {
    for (const side of [-1, 1]) {
      const x = middle + side * (GAP + value * scale);
      svg.line(x, TOP - 6, x, bottom);
      svg.text(x, bottom + 18, value.toLocaleString('en-US').replaceAll(',', ' '), {
        anchor: 'middle',
        size: 12,
        faint: true,
      });
    }
  }
  [...bands]
    .sort((a, b) => b.from - a.from)
    .forEach(({ from, men, women }, i) => {
      const y = TOP + i * ROW;
      svg.rect(middle - GAP - men * scale, y, men * scale, ROW - 3, COLOURS[0]);
      svg.rect(middle + GAP, y, women * scale, ROW - 3, COLOURS[1]);
      const label = from >= 95 ? '95+' : `${from}-${from + 4}`;
      svg.text(middle, y + 13, label, { anchor: 'middle', size: 12, faint: true });
    });
  return svg.toString();
}
