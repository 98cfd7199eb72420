/**
 * @property groups/protected-numbers
 * @property groups/noisy-numbers A published number carries the noise of its set, and bounds that hold for
 * the true number. Zero looks like too few.
 * @enforcedBy disclosure-control/openDimension.ts, disclosure-control/cellNoise.ts
 */
import { describe, expect, it } from '@jest/globals';
import { CellNoise } from '../../../disclosure-control/cellNoise.js';
import { protectCount, smallestCount } from '../../../disclosure-control/openDimension.js';
import { defaultDisclosure } from '../../../policies/engine/disclosureParameters.js';
import { noise, range, secretOf } from './groups.js';

const { minimum, families, familyShare, noise: bounds } = defaultDisclosure;
const cell = (count: number, recordKeySum: number, given: object = {}) => ({
  count,
  recordKeySum,
  families: count,
  largestFamily: 1,
  ...given,
});
const publishedCounts = (count: number, given: object = {}) =>
  range(0, 1_000).map((key) => protectCount(cell(count, key * 1_000_003, given), defaultDisclosure, noise));
const share = (answers: readonly (number | null)[]) =>
  answers.filter((answer) => answer !== null).length / answers.length;

describe('the count of a group', () => {
  it('is never published below the minimum, and zero is no exception', () => {
    for (const count of range(0, minimum)) expect(share(publishedCounts(count))).toBe(0);
  });

  it('is suppressed or published by its perturbed value, and a published count reaches the minimum', () => {
    const shares = range(minimum, minimum + 2 * bounds.maximum + 1).map((count) =>
      share(publishedCounts(count)),
    );
    expect(shares[0]).toBeLessThan(0.03);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    // At no count does the answer change with certainty.
    for (const [i, next] of shares.slice(1).entries()) expect(next - shares[i]!).toBeLessThan(0.3);
    for (const count of range(minimum, 20))
      for (const answer of publishedCounts(count))
        if (answer !== null) expect(answer).toBeGreaterThanOrEqual(smallestCount(defaultDisclosure));
  });

  it('is unbiased, and its error never exceeds the largest noise', () => {
    for (const count of [40, 1_000, 400_000]) {
      const off = publishedCounts(count).map((answer) => answer! - count);
      const mean = off.reduce((sum, value) => sum + value, 0) / off.length;
      const variance = off.reduce((sum, value) => sum + value ** 2, 0) / off.length;
      expect(Math.abs(mean)).toBeLessThan(0.25);
      expect(variance).toBeGreaterThan(0.85 * bounds.variance);
      expect(variance).toBeLessThan(1.15 * bounds.variance);
      expect(Math.max(...off.map(Math.abs))).toBeLessThanOrEqual(bounds.maximum);
    }
  });

  it('is suppressed if there are too few families', () => {
    expect(share(publishedCounts(100, { families: families - 1 }))).toBe(0);
    expect(share(publishedCounts(100, { families }))).toBeLessThan(0.1);
    expect(share(publishedCounts(100, { families: families + 4 }))).toBe(1);
  });

  it('is suppressed if one family has too large a share, including the noise', () => {
    expect(share(publishedCounts(100, { largestFamily: 100 * familyShare + bounds.maximum }))).toBe(0);
    expect(share(publishedCounts(100, { largestFamily: 100 * familyShare - bounds.maximum }))).toBe(1);
  });

  it('is the same in every process: a function of the secret and the set', () => {
    const answers = range(0, 8).map((key) => protectCount(cell(100, key), defaultDisclosure, noise));
    expect(answers).toEqual([101, 96, 94, 97, 102, 99, 99, 98]);
    const other = new CellNoise(secretOf(8));
    expect(range(0, 8).map((key) => protectCount(cell(100, key), defaultDisclosure, other))).not.toEqual(
      answers,
    );
  });
});
