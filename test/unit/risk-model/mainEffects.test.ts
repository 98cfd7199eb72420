import { describe, expect, it } from '@jest/globals';
import { binFactors } from '../../../risk-model/training/binnedFeatures.js';
import { fitTerms } from '../../../risk-model/training/fitTerms.js';
import { AGE_BINS, type ChildYears } from '../../../risk-model/training/riskTable.js';
import { mix } from '../../../risk-model/training/splitFamilies.js';
import { assignCells, mainEffectTerms, type Term } from '../../../risk-model/training/term.js';

const AGE = 0;

describe('main effects of interactions', () => {
  it('are the single factors of an interaction with the same cuts, except age', () => {
    const pair = { factors: [AGE, 3], cuts: [[12], [3.5]] };
    const alone = { factors: [5], cuts: [[1]] };
    expect(mainEffectTerms([alone, pair], AGE)).toEqual([{ factors: [3], cuts: [[3.5]] }]);
  });

  it('are the bins that have a value in an interaction, and no wider bins', () => {
    const children = 1200;
    const column = (value: (child: number) => number) =>
      Float32Array.from({ length: children }, (_, child) => value(child));
    // Most often 0; unknown for some.
    const visits = column((child) => (child % 10 === 9 ? Number.NaN : child % 2 === 0 ? 0 : child % 6));
    const moves = column((child) => (child % 3 === 0 ? 1 : 0));
    const binned = binFactors([visits, moves], Uint32Array.from(visits.keys()));
    const [fine, coarse, pair] = assignCells(binned, [
      { factors: [0], cuts: [[1, 3, 5]] },
      { factors: [0], cuts: [[1]] },
      { factors: [0, 1], cuts: [[3], [1]] },
    ]);
    // The bins are unknown, 0, 1 to 2, 3 to 4, and 5 or more. From 3 on, they interact with a move.
    expect([...fine!.mainEffect]).toEqual([0, 0, 0, 1, 1]);
    expect([...coarse!.mainEffect]).toEqual([0, 0, 0]);
    expect(pair!.mainEffect.includes(1)).toBe(false);
  });
});

describe('the value of a main effect', () => {
  const FACTORS = 8;
  const CHILDREN = 6000;
  const RARE = FACTORS - 1;

  /** Children with one year each. Each factor multiplies the odds by 1.6, and the last one is rare. */
  function children(seed: number): { columns: Float32Array[]; childYears: ChildYears } {
    const draw = (name: number, child: number) => mix(seed * 100 + name, child) / 2 ** 32;
    const columns = Array.from({ length: FACTORS }, (_, factor) =>
      Float32Array.from({ length: CHILDREN }, (_, child) =>
        draw(factor, child) < (factor === RARE ? 0.008 : 0.15) ? 1 : 0,
      ),
    );
    const event = Uint8Array.from({ length: CHILDREN }, (_, child) => {
      const present = columns.reduce((sum, column) => sum + column[child]!, 0);
      return draw(50, child) < 1 / (1 + Math.exp(3 - Math.log(1.6) * present)) ? 1 : 0;
    });
    return {
      columns,
      childYears: {
        children: CHILDREN,
        start: Uint32Array.from({ length: CHILDREN + 1 }, (_, child) => child),
        cell: new Uint8Array(CHILDREN).fill(AGE_BINS >> 1),
        share: new Float32Array(CHILDREN).fill(1),
        event,
        family: Uint32Array.from({ length: CHILDREN }, (_, child) => child),
      },
    };
  }

  it('is pulled towards their mean, so that the others inform a rare one', () => {
    const alone = Array.from({ length: FACTORS }, (_, factor): Term => ({
      factors: [factor],
      cuts: [[0.5]],
    }));
    const together = Array.from({ length: FACTORS - 1 }, (_, factor): Term => ({
      factors: [factor, RARE],
      cuts: [[0.5], [0.5]],
    }));
    let [drawn, by0] = [0, 0];
    for (let seed = 1; seed <= 12; seed++) {
      const { columns, childYears } = children(seed);
      const binned = binFactors(
        columns,
        Uint32Array.from({ length: CHILDREN }, (_, child) => child),
      );
      const weights = new Uint8Array(CHILDREN).fill(1);
      const rareOf = (terms: readonly Term[]) =>
        fitTerms(childYears, weights, assignCells(binned, terms)).terms[RARE]![2]!;
      drawn += Math.abs(rareOf([...alone, ...together]) - Math.log(1.6));
      by0 += Math.abs(rareOf(alone) - Math.log(1.6));
    }
    expect(drawn).toBeLessThan(by0 / 2);
  });
});
