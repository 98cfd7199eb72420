/**
 * @property risk/hidden-factors A factor that the caller may not see appears only in a total of several, too
 * coarse to compute it back.
 * @enforcedBy subgraphs/risk/assess.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRiskModel } from '../../risk-model/model/riskModel.js';
import { type Contribution, visibleContributions } from '../../subgraphs/risk/assess.js';
import { smallModel, type SmallTerm } from '../risk/smallModel.js';

const FACTORS = ['health.a', 'health.b', 'health.c', 'social.a', 'social.b', 'education.a', 'population.a'];
const STEP = 50_000;

const terms = fc.uniqueArray(fc.subarray(FACTORS, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 12,
  selector: String,
});
const given = terms.chain((list) => {
  const models = list.map((factors): fc.Arbitrary<SmallTerm> => {
    const size = 3 ** factors.length;
    const values = fc.array(fc.integer({ min: -900_000, max: 900_000 }), {
      minLength: size,
      maxLength: size,
    });
    return values.map((of) => [factors, of]);
  });
  return fc.record({
    terms: fc.tuple(...models),
    shown: fc.subarray(['population.child.age', ...FACTORS]),
    child: fc.array(fc.constantFrom(Number.NaN, 0, 1), { minLength: 8, maxLength: 8 }),
    other: fc.array(fc.constantFrom(Number.NaN, 0, 1), { minLength: 8, maxLength: 8 }),
  });
});

const sum = (of: readonly { logOdds: number }[]) => of.reduce((total, { logOdds }) => total + logOdds, 0);
const totals = (of: readonly Contribution[]) => of.filter(({ factors }) => factors.length === 0);

describe('contributions', () => {
  it('sum to the score, exactly when all factors are shown, and hide factors that are not shown', () => {
    fc.assert(
      fc.property(given, ({ terms, shown, child, other }) => {
        const model = parseRiskModel(smallModel(terms));
        const valuesOf = (numbers: readonly number[], kept?: Float64Array) =>
          Float64Array.from(model.factors, (factor, at) =>
            kept && shown.includes(factor) ? kept[at]! : numbers[at % numbers.length]!,
          );
        const own = valuesOf(child);
        const score = model.assess(own, [1, 1, 1, 1, 1]);

        const whole = visibleContributions(model, score.contributions, new Set(model.factors));
        expect(whole.hidesSome).toBe(false);
        expect(score.base + sum(whole.contributions)).toBe(score.score);

        const { contributions, hidesSome } = visibleContributions(model, score.contributions, new Set(shown));
        const hiddenTerms = model.terms.filter(
          ({ factors }) => !factors.every((factor) => shown.includes(factor)),
        );
        expect(hidesSome).toBe(hiddenTerms.length > 0);
        expect(
          contributions.flatMap(({ factors }) => factors).filter((factor) => !shown.includes(factor)),
        ).toEqual([]);
        for (const { logOdds } of totals(contributions)) expect(Number.isInteger(logOdds / STEP)).toBe(true);
        const away = Math.abs(score.base + sum(contributions) - score.score);
        expect(away).toBeLessThanOrEqual((totals(contributions).length * STEP) / 2);
        // No total has so few terms that it reveals one of them, as long as there are more.
        if (totals(contributions).length > 1)
          expect(hiddenTerms.length).toBeGreaterThanOrEqual(3 * totals(contributions).length);

        // For any other hidden values, the shown values are published alike, with the same totals.
        const twin = model.assess(valuesOf(other, own), [1, 1, 1, 1, 1]);
        const visible = visibleContributions(model, twin.contributions, new Set(shown)).contributions;
        const itemised = (of: readonly Contribution[]) => of.filter(({ factors }) => factors.length > 0);
        expect(itemised(visible)).toEqual(itemised(contributions));
        expect(totals(visible).map(({ registries }) => registries)).toEqual(
          totals(contributions).map(({ registries }) => registries),
        );
      }),
      { numRuns: 300 },
    );
  });
});
