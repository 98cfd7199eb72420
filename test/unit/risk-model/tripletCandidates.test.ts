import { describe, expect, it } from '@jest/globals';
import { tripletCandidates } from '../../../risk-model/training/learnTerms.js';

const pair = (first: number, second: number) => ({
  factors: [first, second],
  cuts: [[first + 0.5], [second + 0.5]],
});

describe('triplet candidates', () => {
  it('are the factors of two pairs that share one, in order', () => {
    expect(tripletCandidates([pair(3, 7), pair(5, 7)])).toEqual([
      { factors: [3, 5, 7], cuts: [[3.5], [5.5], [7.5]] },
    ]);
  });

  it('do not come from pairs without a shared factor, or from single factors', () => {
    expect(tripletCandidates([pair(1, 2), pair(3, 4), { factors: [9], cuts: [[1]] }])).toEqual([]);
  });
});
