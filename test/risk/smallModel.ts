import {
  AGE_FACTOR,
  binCount,
  MODEL_FORMAT,
  type ModelContent,
} from '../../risk-model/model/modelContent.js';

const HORIZONS = [1, 2, 3, 4, 5];
const BAGS = 3;

/**
 * The factors of a term and its values by bin: unknown, below 1, at least 1. With two factors, the bins of
 * the second vary fastest.
 */
export type SmallTerm = readonly [factors: readonly string[], values: readonly number[]];

export const smallTerms: readonly SmallTerm[] = [
  [['health.parents.T60.36m'], [0, 0, 700_001]],
  [['health.parents.T70.36m'], [0, 0, 300_002]],
  [['health.child.any.12m'], [0, -50_003, 120_004]],
  [['social.parents.support.36m'], [0, -30_005, 400_006]],
  [['social.child.notifications.36m'], [0, -100_007, 900_008]],
  [['education.child.muchAbsence.36m'], [0, -20_009, 250_010]],
  [['education.child.attendance.12m'], [0, 60_011, -60_012]],
  [
    ['health.parents.T60.36m', 'social.parents.support.36m'],
    [0, 0, 0, 0, 0, 0, 0, 0, 800_013],
  ],
];

/** A model of age and a few other terms, each with one cut at 1. */
export function smallModel(
  terms: readonly SmallTerm[] = smallTerms,
  trainedAt = '2017-03-01T12:00:00.000Z',
): string {
  const all: readonly SmallTerm[] = [[[AGE_FACTOR], [0, 40_014, -10_015]], ...terms];
  const content: ModelContent = {
    format: MODEL_FORMAT,
    trainedAt,
    training: {
      seed: 1,
      blocks: ['2007-01-01'],
      splitOver: ['2007-01-01'],
      children: 900,
      families: 500,
      clients: 90,
    },
    base: -3_000_000,
    years: [0, 0, 0, 0, 0],
    terms: all.map(([factors, values]) => {
      const cuts = factors.map(() => [1]);
      if (values.length !== cuts.reduce((size, list) => size * binCount(list), 1))
        throw new Error(`A term of ${factors.join(', ')} has ${values.length} values.`);
      return { factors, cuts, values };
    }),
    considered: [],
    calibration: HORIZONS.map(() => [
      { from: 0, until: 0.1, children: 90, predicted: 0.05, observed: 0.04 },
      { from: 0.1, until: 1, children: 10, predicted: 0.3, observed: 0.4 },
    ]),
    percentiles: HORIZONS.map(() => Array.from({ length: 99 }, (_, at) => (at + 1) / 100)),
    bags: Array.from({ length: BAGS }, (_, bag) => ({
      base: -3_000_000 + (bag - 1) * 100_000,
      years: [0, 0, 0, 0, 0],
      terms: all.map(([, values]) => values),
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
