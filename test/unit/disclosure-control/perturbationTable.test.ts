/**
 * @property groups/protected-numbers
 * @property groups/noisy-numbers
 */
import { describe, expect, it } from '@jest/globals';
import { PerturbationTable } from '../../../disclosure-control/cellNoise.js';

const RANGE = 2 ** 32;
const largestVariance = (maximum: number) => (maximum * (maximum + 1)) / 3;
const parameters = [1, 2, 3, 5, 8].flatMap((maximum) =>
  [0.1, 0.5, 0.9, 1].map((part) => ({ maximum, variance: part * largestVariance(maximum) })),
);
const moment = (weights: readonly number[], power: number) =>
  weights.reduce((sum, weight, i) => sum + (weight / RANGE) * (i - (weights.length - 1) / 2) ** power, 0);

describe('the perturbation table', () => {
  it.each(parameters)('has mean 0 and the variance stated: $maximum, $variance', (given) => {
    const { weights } = new PerturbationTable(given);
    expect(weights).toHaveLength(2 * given.maximum + 1);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(RANGE);
    expect(weights).toEqual(weights.toReversed());
    expect(moment(weights, 1)).toBe(0);
    expect(moment(weights, 2)).toBeCloseTo(given.variance, 6);
  });

  it('has the largest entropy for its mean and variance', () => {
    const { weights } = new PerturbationTable({ maximum: 3, variance: 2 });
    const entropy = (chances: readonly number[]) =>
      -chances.reduce((sum, chance) => sum + chance * Math.log(chance), 0);
    const chances = weights.map((weight) => weight / RANGE);
    // Third-order differences change neither the sum nor the mean nor the variance.
    const directions = [
      [1, -3, 3, -1, 0, 0, 0],
      [0, 1, -3, 3, -1, 0, 0],
      [0, 0, 0, 1, -3, 3, -1],
    ];
    for (const step of [-1e-3, 1e-3])
      for (const direction of directions)
        expect(entropy(chances.map((chance, i) => chance + step * direction[i]!))).toBeLessThan(
          entropy(chances),
        );
  });

  it('maps as many numbers to each noise as its weight', () => {
    const table = new PerturbationTable({ maximum: 5, variance: 4 });
    let below = 0;
    table.weights.forEach((weight, i) => {
      expect(table.noise(below)).toBe(i - 5);
      below += weight;
      expect(table.noise(below - 1)).toBe(i - 5);
    });
  });

  it.each([
    { maximum: 0, variance: 1 },
    { maximum: 2.5, variance: 1 },
    { maximum: 2, variance: 0 },
    { maximum: 2, variance: 2.1 },
    { maximum: 2, variance: NaN },
  ])('throws if there is no such distribution: %p', (given) => {
    expect(() => new PerturbationTable(given)).toThrow(RangeError);
  });
});
