import { describe, expect, it } from '@jest/globals';
import { Random } from '../../../synthetic-city/random.js';

const draws = (random: Random, count = 5): number[] => Array.from({ length: count }, () => random.next());

describe('random streams', () => {
  it('repeat themselves by seed and name', () => {
    expect(draws(Random.stream(7, 'health', 3))).toEqual(draws(Random.stream(7, 'health', 3)));
  });

  it('differ by seed, by name and by number', () => {
    const first = draws(Random.stream(7, 'health', 3)).join();
    expect(draws(Random.stream(8, 'health', 3)).join()).not.toBe(first);
    expect(draws(Random.stream(7, 'social', 3)).join()).not.toBe(first);
    expect(draws(Random.stream(7, 'health', 4)).join()).not.toBe(first);
  });

  const mean = (draw: (random: Random) => number): number => {
    const random = Random.stream(1, 'moments');
    let sum = 0;
    for (let i = 0; i < 40_000; i++) sum += draw(random);
    return sum / 40_000;
  };

  it('have the stated means', () => {
    expect(mean((random) => random.next())).toBeCloseTo(0.5, 1.8);
    expect(mean((random) => random.normal())).toBeCloseTo(0, 1.5);
    expect(mean((random) => random.exponential(3)) / 3).toBeCloseTo(1, 1.5);
    expect(mean((random) => random.poisson(4)) / 4).toBeCloseTo(1, 1.5);
    expect(mean((random) => random.poisson(90)) / 90).toBeCloseTo(1, 1.5);
    expect(mean((random) => random.gamma(0.5))).toBeCloseTo(1, 1.3);
    expect(mean((random) => random.gamma(4))).toBeCloseTo(1, 1.5);
    expect(mean((random) => random.weighted([1, 0, 3]))).toBeCloseTo(1.5, 1.3);
  });

  it('sample without repetition', () => {
    const sampled = Random.stream(1, 'sample').sample([1, 2, 3, 4, 5], 9);
    expect([...sampled].sort()).toEqual([1, 2, 3, 4, 5]);
  });
});
