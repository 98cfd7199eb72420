import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PersonSet } from '../../../../schema/personSet.js';
import { frequencyRatio } from '../../../../subgraphs/cohorts/results/protectedResult.js';
import { survivalCurve } from '../../../../subgraphs/cohorts/results/serviceUse.js';

const keys = fc.uniqueArray(fc.nat(300)).map((list) => list.sort((a, b) => a - b));
const setOf = (persons: readonly number[], bound = 301): PersonSet => {
  const set = PersonSet.below(bound);
  for (const person of persons) set.add(person);
  return set;
};

describe('sets of persons', () => {
  it('behave like sets of numbers, and survive serialisation', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const [one, other] = [setOf(a), setOf(b, 400)];
        expect([...one.keys]).toEqual(a);
        expect(one.size).toBe(a.length);
        expect([...one.and(other).keys]).toEqual(a.filter((key) => b.includes(key)));
        expect([...one.minus(other).keys]).toEqual(a.filter((key) => !b.includes(key)));
        expect([...one.or(other).keys]).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y));
        expect(PersonSet.from(one.toJSON())!.equals(one)).toBe(true);
        expect(a.every((key) => one.has(key)) && !one.has(5000)).toBe(true);
      }),
    );
  });

  it('are not read from other values', () => {
    expect(PersonSet.from('AAA')).toBeUndefined();
    expect(PersonSet.from({ words: [1] })).toBeUndefined();
  });
});

describe('the ratio of two frequencies', () => {
  it('has the interval of Katz et al.: 15 of 100 against 10 of 100', () => {
    const { ratio, low, high } = frequencyRatio([15, 100], [10, 100], 0)!;
    expect(ratio).toBeCloseTo(1.5, 10);
    expect(low).toBeCloseTo(0.7081, 3);
    expect(high).toBeCloseTo(3.1775, 3);
  });

  it('has a wider interval with noise, and is null if a count is suppressed', () => {
    const plain = frequencyRatio([40, 400], [30, 400], 0)!;
    const noisy = frequencyRatio([40, 400], [30, 400], 9)!;
    expect(noisy.low).toBeLessThan(plain.low);
    expect(noisy.high).toBeGreaterThan(plain.high);
    expect(frequencyRatio([null, 400], [30, 400], 0)).toBeNull();
  });
});

describe('waiting times', () => {
  it('are the product of the shares still waiting; drop-outs count half', () => {
    const points = survivalCurve([100, 70, 40, 30], [20, 20, 10]);
    const [first, second, third] = points.map(({ survival }) => survival!);
    expect(first).toBeCloseTo(1 - 20 / 95, 10);
    expect(second).toBeCloseTo((1 - 20 / 95) * (1 - 20 / 65), 10);
    expect(third).toBeCloseTo((1 - 20 / 95) * (1 - 20 / 65) * (1 - 10 / 40), 10);
  });

  it('end at a suppressed count', () => {
    const points = survivalCurve([100, 70, 40, 30], [20, null, 10]);
    expect(points.map(({ survival }) => survival !== null)).toEqual([true, false, false]);
  });

  it('C07: give the same number for a month, whatever the number of intervals', () => {
    const [atRisk, events] = [
      [100, 70, 40, 22, 9],
      [20, 20, 10, 6],
    ];
    const whole = survivalCurve(atRisk, events);
    for (const number of [1, 2, 3])
      expect(survivalCurve(atRisk.slice(0, number + 1), events.slice(0, number))).toEqual(
        whole.slice(0, number),
      );
    // 8 of the third interval dropped out. They count half, wherever the curve ends.
    expect(whole[2]!.survival! / whole[1]!.survival!).toBeCloseTo(1 - 10 / (40 - 8 / 2), 10);
  });

  it('C07: end if the number of drop-outs is unknown', () => {
    const points = survivalCurve([100, 70, null], [20, 20]);
    expect(points.map(({ survival }) => survival !== null)).toEqual([true, false]);
    expect(points[1]).toMatchObject({ atRisk: 70, events: 20 });
  });
});
