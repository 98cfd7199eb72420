import { describe, expect, it } from '@jest/globals';
import { HORIZON_YEARS } from '../../../registry-kit/features/feature.js';
import type { FittedTerms } from '../../../risk-model/training/fitTerms.js';
import { pruneCuts, pruneTerms } from '../../../risk-model/training/pruneTerms.js';
import { AGE_BINS } from '../../../risk-model/training/riskTable.js';
import type { Term } from '../../../risk-model/training/term.js';

/** A fit with uncorrelated parameters, each with a variance of 1 / information. */
function fitOf(terms: readonly (readonly number[])[], information: number): FittedTerms {
  const parameters = terms.flatMap((values, term) =>
    values.flatMap((value, cell) => (value === 0 ? [] : [{ term, cell }])),
  );
  const first = HORIZON_YEARS + AGE_BINS;
  const size = first + parameters.length;
  const matrix = new Float64Array(size * size);
  for (let at = 0; at < size; at++) matrix[at * size + at] = at < first ? 1 : information;
  return {
    years: new Float64Array(HORIZON_YEARS),
    ages: new Float64Array(AGE_BINS),
    terms: terms.map((values) => Float64Array.from(values)),
    parameters,
    information: matrix,
  };
}

describe('backward elimination', () => {
  it('eliminates terms that add less than their penalty', () => {
    // Wald statistics: 100 x 0.5^2 = 25, and 100 x 0.2^2 = 4.
    const fit = fitOf(
      [
        [0, 0, 0.5],
        [0, 0, 0.2],
      ],
      100,
    );
    expect(pruneTerms(fit, [15, 15])).toEqual([0]);
    expect(pruneTerms(fit, [15, 2])).toEqual([0, 1]);
    expect(pruneTerms(fit, [30, 15])).toEqual([]);
  });

  it('measures what a term adds after the others are adjusted', () => {
    const fit = fitOf(
      [
        [0, 0, 0.5],
        [0, 0, 0.5],
      ],
      100,
    );
    // Both are nearly the same: their sum is known well, but each one hardly.
    const size = HORIZON_YEARS + AGE_BINS + 2;
    fit.information[(size - 1) * size + size - 2] = fit.information[(size - 2) * size + size - 1] = 95;
    expect(pruneTerms(fit, [15, 15])).toHaveLength(1);
  });

  it('eliminates cuts between similar bins, and keeps at least one', () => {
    const terms: Term[] = [
      { factors: [4], cuts: [[1, 3, 5]] },
      { factors: [7], cuts: [[2, 6]] },
    ];
    const learnt = {
      terms,
      cells: [],
      fitted: fitOf(
        [
          [0, 0, 0.02, 0.6, 0.62],
          [0, 0, 0.03, 0.01],
        ],
        100,
      ),
    };
    const [first, second] = pruneCuts(learnt, 12);
    expect(first).toEqual({ factors: [4], cuts: [[3]] });
    expect(second!.cuts[0]).toHaveLength(1);
  });

  it('considers all cells on both sides of a cut of two factors', () => {
    const term: Term = { factors: [1, 2], cuts: [[2, 4], [1]] };
    // Rows: unknown, below 2, 2 to 4, 4 or more; columns: unknown, below 1, 1 or more.
    const values = (middle: number, high: number) => [0, 0, 0, 0, 0, 0, 0, 0, middle, 0, 0, high];
    const cutsOf = (middle: number, high: number) =>
      pruneCuts({ terms: [term], cells: [], fitted: fitOf([values(middle, high)], 100) }, 12)[0]!.cuts;
    expect(cutsOf(0.5, 1.2)).toEqual([[2, 4], [1]]);
    expect(cutsOf(1.1, 1.2)).toEqual([[2], [1]]);
    expect(cutsOf(0.1, 1.2)).toEqual([[4], [1]]);
  });
});
