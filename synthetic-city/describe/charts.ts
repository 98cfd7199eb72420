import { COLOURS, Svg, WIDTH } from '../../lib/svg.js';

interface AgeBand {
  /** The youngest age of the band, in years. */
  readonly from: number;
  readonly men: number;
  readonly women: number;
}

const PYRAMID_HEIGHT = 500;
const PYRAMID_TOP = 76;
const PYRAMID_ROW = 19;
const GAP = 34;

/** An age pyramid: men on the left, women on the right, five years per row, the oldest on top. */
export function agePyramid(bands: readonly AgeBand[]): string {
  const svg = new Svg('Residents by age and sex, end of 2016', PYRAMID_HEIGHT);
  const middle = WIDTH / 2;
  const most = Math.max(...bands.flatMap(({ men, women }) => [men, women]));
  const scale = (middle - GAP - 50) / most;
  const bottom = PYRAMID_TOP + bands.length * PYRAMID_ROW;
  svg.text(middle - GAP - 8, PYRAMID_TOP - 14, 'Men', { anchor: 'end', bold: true });
  svg.text(middle + GAP + 8, PYRAMID_TOP - 14, 'Women', { bold: true });
  const step = 5 * 10 ** Math.floor(Math.log10(most / 2));
  for (let value = 0; value <= most; value += step) {
    for (const side of [-1, 1]) {
      const x = middle + side * (GAP + value * scale);
      svg.line(x, PYRAMID_TOP - 6, x, bottom);
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
      const y = PYRAMID_TOP + i * PYRAMID_ROW;
      svg.rect(middle - GAP - men * scale, y, men * scale, PYRAMID_ROW - 3, COLOURS[0]);
      svg.rect(middle + GAP, y, women * scale, PYRAMID_ROW - 3, COLOURS[1]);
      const label = from >= 95 ? '95+' : `${from}-${from + 4}`;
      svg.text(middle, y + 13, label, { anchor: 'middle', size: 12, faint: true });
    });
  return svg.toString();
}

interface AgeContacts {
  readonly from: number;
  /** Contacts per resident and year, in the order of the list of groups. */
  readonly rates: readonly number[];
}

const CONTACTS_HEIGHT = 430;
const [CONTACTS_LEFT, CONTACTS_RIGHT, CONTACTS_TOP, CONTACTS_BOTTOM] = [56, 20, 84, 60];

/** Stacked bars: contacts per resident and year in each age band, by group of services. */
export function contactsByAge(bands: readonly AgeContacts[], groups: readonly string[]): string {
  const svg = new Svg('Contacts a resident and year, by age and services, 2002-2016', CONTACTS_HEIGHT);
  const sums = bands.map(({ rates }) => rates.reduce((sum, rate) => sum + rate, 0));
  const most = Math.ceil(Math.max(...sums) / 5) * 5;
  const scale = (CONTACTS_HEIGHT - CONTACTS_TOP - CONTACTS_BOTTOM) / most;
  const ground = CONTACTS_HEIGHT - CONTACTS_BOTTOM;
  svg.legend(
    24,
    58,
    groups.map((group, i): [string, string] => [group, COLOURS[i % COLOURS.length] as string]),
  );
  for (let value = 0; value <= most; value += 5) {
    svg.line(CONTACTS_LEFT, ground - value * scale, WIDTH - CONTACTS_RIGHT, ground - value * scale);
    svg.text(CONTACTS_LEFT - 8, ground - value * scale + 4, String(value), {
      anchor: 'end',
      size: 12,
      faint: true,
    });
  }
  const step = (WIDTH - CONTACTS_LEFT - CONTACTS_RIGHT) / bands.length;
  bands.forEach(({ from, rates }, i) => {
    let y = ground;
    rates.forEach((rate, group) => {
      y -= rate * scale;
      svg.rect(
        CONTACTS_LEFT + i * step + 3,
        y,
        step - 6,
        rate * scale,
        COLOURS[group % COLOURS.length] as string,
      );
    });
    const label = from >= 90 ? '90+' : String(from);
    svg.text(CONTACTS_LEFT + (i + 0.5) * step, ground + 18, label, {
      anchor: 'middle',
      size: 12,
      faint: true,
    });
  });
  svg.text(
    CONTACTS_LEFT + (WIDTH - CONTACTS_LEFT - CONTACTS_RIGHT) / 2,
    CONTACTS_HEIGHT - 16,
    'age, five years a bar',
    {
      anchor: 'middle',
      size: 12,
      faint: true,
    },
  );
  return svg.toString();
}

interface Strength {
  readonly name: string;
  /** Area under the ROC curve, 0.5 for chance. */
  readonly auc: number;
  readonly kind: 'alone' | 'oracle';
}

const [STRENGTH_LEFT, STRENGTH_RIGHT, STRENGTH_TOP, STRENGTH_ROW] = [230, 70, 84, 21];
const [LEAST, MOST] = [0.5, 0.9];

/** Bars: how well each circumstance alone predicts need, next to the best possible prediction. */
export function factorStrength(strengths: readonly Strength[]): string {
  const sorted = [...strengths].sort((a, b) => b.auc - a.auc);
  const height = STRENGTH_TOP + sorted.length * STRENGTH_ROW + 50;
  const svg = new Svg('No factor alone: area under the ROC curve, five years ahead', height);
  svg.legend(24, 58, [
    ['the true hazards', COLOURS[3]],
    ['one circumstance alone', COLOURS[0]],
  ]);
  const x = (auc: number): number =>
    STRENGTH_LEFT + ((auc - LEAST) / (MOST - LEAST)) * (WIDTH - STRENGTH_LEFT - STRENGTH_RIGHT);
  const ground = STRENGTH_TOP + sorted.length * STRENGTH_ROW;
  for (let value = LEAST; value <= MOST + 0.001; value += 0.1) {
    svg.line(x(value), STRENGTH_TOP - 6, x(value), ground);
    svg.text(x(value), ground + 18, value.toFixed(1), { anchor: 'middle', size: 12, faint: true });
  }
  sorted.forEach(({ name, auc, kind }, i) => {
    const y = STRENGTH_TOP + i * STRENGTH_ROW;
    const to = x(Math.max(auc, LEAST));
    svg.rect(
      x(LEAST),
      y,
      Math.max(1.5, to - x(LEAST)),
      STRENGTH_ROW - 5,
      kind === 'oracle' ? COLOURS[3] : COLOURS[0],
    );
    svg.text(STRENGTH_LEFT - 10, y + 13, name, { anchor: 'end' });
    svg.text(to + 6, y + 13, auc.toFixed(2), { size: 12, faint: true });
  });
  return svg.toString();
}

interface ProtectionSeries {
  readonly name: string;
  /** Percent of 0-17 year olds, by year. */
  readonly shares: ReadonlyMap<number, number>;
}

const PROTECTION_HEIGHT = 420;
const [PROTECTION_LEFT, PROTECTION_RIGHT, PROTECTION_TOP, PROTECTION_BOTTOM] = [56, 130, 84, 48];
/** April 2015, between the points of 2014 and 2016. A point stands for a whole year. */
const REFORM = 2015.25;

/** Lines: the share of children in child protection by year, and the law change of April 2015. */
export function protectionByYear(series: readonly ProtectionSeries[]): string {
  const svg = new Svg('Child protection: percent of 0-17 year olds concerned in a year', PROTECTION_HEIGHT);
  const years = [...(series[0]?.shares.keys() ?? [])];
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const most = Math.ceil(Math.max(...series.flatMap(({ shares }) => [...shares.values()])));
  const ground = PROTECTION_HEIGHT - PROTECTION_BOTTOM;
  const x = (year: number): number =>
    PROTECTION_LEFT +
    14 +
    ((year - first) / (last - first)) * (WIDTH - PROTECTION_LEFT - PROTECTION_RIGHT - 28);
  const y = (value: number): number => ground - (value / most) * (ground - PROTECTION_TOP);
  for (let value = 0; value <= most; value += 2) {
    svg.line(PROTECTION_LEFT, y(value), WIDTH - PROTECTION_RIGHT, y(value));
    svg.text(PROTECTION_LEFT - 8, y(value) + 4, `${value} %`, { anchor: 'end', size: 12, faint: true });
  }
  for (const year of years)
    svg.text(x(year), ground + 20, String(year), { anchor: 'middle', size: 12, faint: true });
  svg.line(x(REFORM), PROTECTION_TOP - 14, x(REFORM), ground, { colour: '#57606a', dashed: true });
  svg.text(x(REFORM) - 6, PROTECTION_TOP - 18, 'Social Welfare Act, April 2015', {
    anchor: 'end',
    size: 12,
    faint: true,
  });
  series.forEach(({ shares }, i) => {
    const colour = COLOURS[i % COLOURS.length] as string;
    svg.path(
      years.map((year): [number, number] => [x(year), y(shares.get(year) ?? 0)]),
      colour,
    );
  });
  labelEnds(
    svg,
    series.map(({ name, shares }) => ({ name, y: y(shares.get(last) ?? 0) })),
    x(last) + 12,
  );
  return svg.toString();
}

/** Names at the ends of the lines, moved apart if they would touch. */
function labelEnds(svg: Svg, labels: readonly { name: string; y: number }[], x: number): void {
  let free = -Infinity;
  for (const { name, y } of [...labels].sort((a, b) => a.y - b.y)) {
    free = Math.max(free + 16, y);
    svg.text(x, free + 4, name, { size: 13 });
  }
}
