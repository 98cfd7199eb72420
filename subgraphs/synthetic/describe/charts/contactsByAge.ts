import { COLOURS, Svg, WIDTH } from '../../../charts/svg.js';

export interface AgeContacts {
  readonly from: number;
  /** Contacts a resident and year, by the group's place in the list of groups. */
  readonly rates: readonly number[];
}

const HEIGHT = 430;
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 20, 84, 60];

/** Stacked bars: contacts a resident and year in each age band, by group of services. */
export function contactsByAge(bands: readonly AgeContacts[], groups: readonly string[]): string {
  const svg = new Svg('Contacts a resident and year, by age and services, 2002-2016', HEIGHT);
  const sums = bands.map(({ rates }) => rates.reduce((sum, rate) => sum + rate, 0));
  const most = Math.ceil(Math.max(...sums) / 5) * 5;
  const scale = (HEIGHT - TOP - BOTTOM) / most;
  const ground = HEIGHT - BOTTOM;
  svg.legend(
    24,
    58,
    groups.map((group, i): [string, string] => [group, COLOURS[i % COLOURS.length] as string]),
  );
  for (let value = 0; value <= most; value += 5) {
    svg.line(LEFT, ground - value * scale, WIDTH - RIGHT, ground - value * scale);
    svg.text(LEFT - 8, ground - value * scale + 4, String(value), { anchor: 'end', size: 12, faint: true });
  }
  const step = (WIDTH - LEFT - RIGHT) / bands.length;
  bands.forEach(({ from, rates }, i) => {
    let y = ground;
    rates.forEach((rate, group) => {
      y -= rate * scale;
      svg.rect(LEFT + i * step + 3, y, step - 6, rate * scale, COLOURS[group % COLOURS.length] as string);
    });
    const label = from >= 90 ? '90+' : String(from);
    svg.text(LEFT + (i + 0.5) * step, ground + 18, label, { anchor: 'middle', size: 12, faint: true });
  });
  svg.text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 16, 'age, five years a bar', {
    anchor: 'middle',
    size: 12,
    faint: true,
  });
  return svg.toString();
}
