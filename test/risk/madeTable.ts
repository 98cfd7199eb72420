import { type Feature, HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { AGE_FACTOR } from '../../risk-model/model/modelContent.js';
import type { RiskTable } from '../../risk-model/training/riskTable.js';
import { mix } from '../../risk-model/training/splitFamilies.js';

export interface MadeTable {
  readonly table: RiskTable;
  readonly truth: Float64Array;
}

/** The known effects: an interaction of two counts, and one main effect. */
export const PLANTED = {
  together: [['visits', 'lone']],
  circumstances: { visits: ['health.child.visits'], lone: ['population.parents.number'] },
} as const;

const YEAR_2007 = 13514;
const NOISE = 12;

/** Children of two blocks, in families of two. Three factors have an effect; some values are unknown. */
export function makeTable(children: number, seed = 1): MadeTable {
  const draw = (name: number, child: number) => mix(seed * 1000 + name, child) / 2 ** 32;
  const column = (value: (child: number) => number) =>
    Float32Array.from({ length: children }, (_, i) => value(i));
  const age = column((child) => Math.floor(draw(1, child) * 18));
  const visits = column((child) => Math.floor(6 * draw(2, child) ** 2));
  const lone = column((child) => (draw(3, child) < 0.3 ? 1 : 2));
  const since = column((child) => (draw(4, child) < 0.5 ? Number.POSITIVE_INFINITY : 2000 * draw(5, child)));
  const noise = Array.from({ length: NOISE }, (_, i) =>
    column((child) => (draw(20 + i, child) < 0.1 ? Number.NaN : Math.floor(8 * draw(40 + i, child)))),
  );
  const ids = [AGE_FACTOR, 'health.child.visits', 'population.parents.number', 'social.child.since'];
  const columns = [age, visits, lone, since, ...noise];
  const factors = columns.map((_, i) => featureOf(ids[i] ?? `education.child.noise${i - ids.length}`));

  const truth = new Float64Array(children * HORIZON_YEARS);
  const exposure = new Float32Array(children * HORIZON_YEARS);
  const observed = new Float32Array(children * HORIZON_YEARS);
  const outcome = new Uint8Array(children);
  for (let child = 0; child < children; child++) {
    const both = visits[child]! >= 2 && lone[child] === 1;
    const x = -4 + (age[child]! >= 12 ? 0.6 : 0) + (since[child]! < 800 ? 0.7 : 0) + (both ? 2.2 : 0);
    const moved = 1 + Math.floor(draw(7, child) * 12);
    for (let year = 0; year < HORIZON_YEARS; year++) {
      const at = child * HORIZON_YEARS + year;
      const left = 17.5 - age[child]! - year;
      exposure[at] = Math.min(1, Math.max(0, left));
      observed[at] = year + 1 < moved ? exposure[at]! : 0;
      truth[at] = 1 - (1 + Math.exp(x)) ** -exposure[at]!;
      if (outcome[child] === 0 && observed[at]! > 0 && draw(90 + year, child) < truth[at]!)
        outcome[child] = year + 1;
    }
  }
  return {
    truth,
    table: {
      rows: children,
      factors,
      columns,
      blocks: [YEAR_2007, YEAR_2007 + 1826],
      block: Uint8Array.from({ length: children }, (_, child) => (child < 0.7 * children ? 0 : 1)),
      person: Uint32Array.from({ length: children }, (_, child) => child),
      family: Uint32Array.from({ length: children }, (_, child) => child >> 1),
      exposure,
      observed,
      outcome,
      groupings: [
        {
          name: 'sex',
          labels: ['female', 'male'],
          values: Uint8Array.from({ length: children }, (_, i) => i % 2),
        },
      ],
    },
  };
}

function featureOf(id: string): Feature {
  return {
    id,
    part: 'child',
    label: { fi: `${id} suomeksi`, en: `${id} in English`, sv: `${id} på svenska` },
    formula: 'synthetic',
    months: undefined,
    reads: [],
  };
}
