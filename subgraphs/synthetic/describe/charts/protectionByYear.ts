import { COLOURS, Svg, WIDTH } from '../../../charts/svg.js';

export interface ProtectionSeries {
  readonly name: string;
  /** Percent of 0-17 year olds, by year. */
  readonly shares: ReadonlyMap<number, number>;
}

const HEIGHT = 420;
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 130, 84, 48];
/** April 2015, between the points of 2014 and 2016, which stand for whole years. */
const REFORM = 2015.25;

/** Lines: whom child protection concerned, year by year, and the law change of April 2015. */
export function protectionByYear(series: readonly ProtectionSeries[]): string {
  const svg = new Svg('Child protection: percent of 0-17 year olds concerned in a year', HEIGHT);
  const years = [...(series[0]?.shares.keys() ?? [])];
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const most = Math.ceil(Math.max(...series.flatMap(({ shares }) => [...shares.values()])));
  const ground = HEIGHT - BOTTOM;
  const x = (year: number): number =>
    LEFT + 14 + ((year - first) / (last - first)) * (WIDTH - LEFT - RIGHT - 28);
  const y = (value: number): number => ground - (value / most) * (ground - TOP);
  for (let value = 0; value <= most; value += 2) {
    svg.line(LEFT, y(value), WIDTH - RIGHT, y(value));
    svg.text(LEFT - 8, y(value) + 4, `${value} %`, { anchor: 'end', size: 12, faint: true });
  }
  for (const year of years)
    svg.text(x(year), ground + 20, String(year), { anchor: 'middle', size: 12, faint: true });
  svg.line(x(REFORM), TOP - 14, x(REFORM), ground, { colour: '#57606a', dashed: true });
  svg.text(x(REFORM) - 6, TOP - 18, 'Social Welfare Act, April 2015', {
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

/** Names beside the ends of the lines, moved apart where they would touch. */
function labelEnds(svg: Svg, labels: readonly { name: string; y: number }[], x: number): void {
  let free = -Infinity;
  for (const { name, y } of [...labels].sort((a, b) => a.y - b.y)) {
    free = Math.max(free + 16, y);
    svg.text(x, free + 4, name, { size: 13 });
  }
}
