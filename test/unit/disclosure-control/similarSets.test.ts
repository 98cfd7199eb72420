/**
 * @property groups/protected-numbers
 * @property groups/equal-sets
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SimilarSets } from '../../../disclosure-control/ledger/answeredSets.js';

const RADIUS = 6;
const cellOf = (keys: readonly number[]) => ({
  count: keys.length,
  recordKeySum: 0,
  families: 0,
  largestFamily: 0,
  sketch: new Uint16Array(),
  smallest: Uint32Array.from(keys.toSorted((a, b) => a - b).slice(0, RADIUS)),
});
const apart = (a: readonly number[], b: readonly number[]) =>
  a.filter((key) => !b.includes(key)).length + b.filter((key) => !a.includes(key)).length;

describe('the index of similar sets', () => {
  it('finds every set within the radius, unless both sets are smaller than it', () => {
    const sets = fc.array(fc.uniqueArray(fc.nat(40), { maxLength: 30 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sets, fc.uniqueArray(fc.nat(40), { minLength: RADIUS, maxLength: 30 }), (stored, asked) => {
        const index = new SimilarSets();
        stored.forEach((keys, set) => index.add(set, cellOf(keys)));
        const found = index.candidates(cellOf(asked), RADIUS);
        const near = stored.flatMap((keys, set) => (apart(keys, asked) < RADIUS ? [set] : []));
        expect(found).toEqual(expect.arrayContaining(near));
        expect(found).toEqual(found.toSorted((a, b) => a - b));
      }),
    );
  });

  it('finds sets as it grows, and few far sets', () => {
    const index = new SimilarSets();
    const random = (set: number) =>
      Array.from({ length: 30 }, (_, i) => Math.imul(set * 30 + i + 1, 0x9e37_79b1) >>> 0);
    for (let set = 0; set < 3_000; set++) index.add(set, cellOf(random(set)));
    let found = 0;
    for (let set = 0; set < 3_000; set++) {
      const candidates = index.candidates(cellOf(random(set)), RADIUS);
      expect(candidates).toContain(set);
      found += candidates.length;
    }
    expect(found).toBeLessThan(3_100);
  });
});
