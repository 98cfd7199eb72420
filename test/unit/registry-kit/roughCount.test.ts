/**
 * @property registries/rough-counts The row count of a registry does not reveal how many rows an erased
 * person had.
 * @enforcedBy registry-kit/feeds/registryFeed.ts
 */
import { describe, expect, it } from '@jest/globals';
import { roughCount } from '../../../registry-kit/feeds/registryFeed.js';

describe('a rough count', () => {
  it.each([
    [0, Number.NaN],
    [1, Number.NaN],
    [499, Number.NaN],
    [500, 1_000],
    [2_000, 2_000],
    [9_499, 9_000],
    [30_451, 30_000],
    [37_123_456, 37_000_000],
    [99_999_999, 100_000_000],
  ])('G11: of %i is %i', (count, rough) => {
    expect(roughCount(count)).toBe(rough);
  });

  it('G11: does not reveal how many rows a person had, whatever else the register holds', () => {
    for (let others = 0; others < 60_000; others += 617) {
      // From 51 or from 300 contacts: the difference is zero, or one step, which reveals only that there
      // were some.
      const [few, many] = [51, 300].map((own) => roughCount(others + own) - roughCount(others));
      for (const published of [few, many]) expect([0, 1_000, Number.NaN]).toContainEqual(published);
    }
  });
});
