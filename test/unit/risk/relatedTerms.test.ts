import { describe, expect, it } from '@jest/globals';
import { relatedTerms } from '../../../subgraphs/risk/training/relatedTerms.js';

const AGE = 0;
const pair = (first: number, second: number) => ({
  factors: [first, second],
  cuts: [[first + 0.5], [second + 0.5]],
});

describe('terms related to those that were chosen', () => {
  it('are the factors of a term alone, cut as they are there; age is told otherwise', () => {
    expect(relatedTerms([pair(AGE, 3)], AGE)).toEqual([{ factors: [3], cuts: [[3.5]] }]);
  });

  it('are three factors of which one stands in two pairs, in order', () => {
    const [, , , , ...threes] = relatedTerms([pair(3, 7), pair(5, 7)], AGE);
    expect(threes).toEqual([{ factors: [3, 5, 7], cuts: [[3.5], [5.5], [7.5]] }]);
  });

  it('are none of pairs that share nothing, nor of single factors', () => {
    const related = relatedTerms([pair(1, 2), pair(3, 4), { factors: [9], cuts: [[1]] }], AGE);
    expect(related.map(({ factors }) => factors)).toEqual([[1], [2], [3], [4]]);
  });
});
