/**
 * @property groups/protected-numbers
 * @property groups/equal-sets
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distance, PinSketches } from '../../../disclosure-control/pinSketch.js';

const RADIUS = 18;
const sketchOf = (keys: Iterable<number>, radius = RADIUS) => {
  const sketches = new PinSketches(1, radius);
  for (const key of keys) sketches.add(0, key);
  return sketches.at(0);
};
const keys = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), {
  minLength: 40,
  maxLength: 120,
  selector: (key) => key % 65_521,
});

describe('the distance of two sets from their sketches', () => {
  it('is the number of members by which they differ, below the radius', () => {
    fc.assert(
      fc.property(keys, fc.nat(RADIUS - 1), fc.nat(40), (all, apart, split) => {
        const common = all.slice(apart);
        const [onlyA, onlyB] = [
          all.slice(0, Math.min(split, apart)),
          all.slice(Math.min(split, apart), apart),
        ];
        expect(distance(sketchOf([...common, ...onlyA]), sketchOf([...common, ...onlyB]))).toBe(apart);
      }),
      { numRuns: 40 },
    );
  });

  it('is never larger, for any keys', () => {
    const fewResidues = fc.uniqueArray(fc.nat(200_000), { maxLength: 60 });
    fc.assert(
      fc.property(fewResidues, fewResidues, (a, b) => {
        const apart = a.filter((key) => !b.includes(key)).length + b.filter((key) => !a.includes(key)).length;
        if (apart < RADIUS) expect(distance(sketchOf(a), sketchOf(b))).toBeLessThanOrEqual(apart);
      }),
    );
  });

  it('is infinite for far sets, except one pair in some thousands', () => {
    let far = 0;
    for (let pair = 0; pair < 2_000; pair++) {
      const random = (n: number) =>
        Array.from({ length: 40 }, (_, i) => ((pair * 97 + i * 31 + n) * 2_654_435_761) % 2 ** 32);
      if (distance(sketchOf(random(1)), sketchOf(random(1_000_003))) === Infinity) far++;
    }
    expect(far).toBeGreaterThan(1_990);
  });

  it('is found below the smaller of two radii', () => {
    const common = [11, 22, 33];
    expect(distance(sketchOf(common, 4), sketchOf([...common, 5, 6, 7]))).toBe(3);
    expect(distance(sketchOf(common, 4), sketchOf([...common, 4, 5, 6, 7, 8]))).toBe(Infinity);
  });

  it('is that of the union after adding sketches of disjoint sets', () => {
    const sketches = new PinSketches(2, RADIUS);
    for (const key of [1, 2, 3]) sketches.add(0, key);
    for (const key of [4, 5]) sketches.add(1, key);
    sketches.addSet(0, 1);
    expect(distance(sketches.at(0), sketchOf([1, 2, 3, 4, 5]))).toBe(0);
  });
});
