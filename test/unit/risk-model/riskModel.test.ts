import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AGE_FACTOR, binCount, type ModelContent } from '../../../risk-model/model/modelContent.js';
import { modelText, parseRiskModel, type RiskModel } from '../../../risk-model/model/riskModel.js';
import { childArbitrary, modelArbitrary } from './modelArbitrary.js';

const HORIZONS = [1, 2, 3, 4, 5];
type Child = typeof childArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

const read = (content: ModelContent) => parseRiskModel(modelText(content));
const valueOf = ({ age, value }: Child, factor: string) =>
  factor === AGE_FACTOR ? age : value['abcde'.indexOf(factor)]!;
const assess = (model: RiskModel, child: Child) =>
  model.assess(
    Float64Array.from(model.factors, (factor) => valueOf(child, factor)),
    child.exposure,
  );

/** The value of a term, read from the file as a reviewer would. */
function slowContribution({ terms }: ModelContent, term: number, child: Child, later = 0): number {
  const { factors, cuts, values } = terms[term]!;
  let cell = 0;
  factors.forEach((factor, i) => {
    const value = valueOf(child, factor) + (term === 0 ? later : 0);
    const bin = Number.isNaN(value) ? 0 : 1 + cuts[i]!.filter((cut) => cut <= value).length;
    cell = cell * binCount(cuts[i]!) + bin;
  });
  return values[cell]!;
}

describe('a score', () => {
  it('is exactly the sum of its base and contributions, as in the file', () => {
    fc.assert(
      fc.property(modelArbitrary, childArbitrary, (content, child) => {
        const score = assess(read(content), child);
        const expected = content.terms.map((_, term) => slowContribution(content, term, child));
        expect([...score.contributions]).toEqual(expected);
        expect(score.score).toBe(score.base + score.contributions.reduce((sum, value) => sum + value, 0));
      }),
    );
  });

  it('predicts with the hazards of its years, which use the attained age', () => {
    fc.assert(
      fc.property(modelArbitrary, childArbitrary, (content, child) => {
        const score = assess(read(content), child);
        let none = 1;
        for (const horizon of HORIZONS) {
          const year = horizon - 1;
          const fixed = content.terms.slice(1).map((_, i) => slowContribution(content, i + 1, child));
          const x =
            [content.base, content.years[year]!, slowContribution(content, 0, child, year), ...fixed].reduce(
              (sum, value) => sum + value,
              0,
            ) / 1e6;
          none *= (1 / (1 + Math.exp(x))) ** child.exposure[year]!;
          expect(score.probability(horizon)).toBeCloseTo(1 - none, 9);
        }
      }),
    );
  });

  it('never falls with the horizon, lies in its interval and has a band and a percentile', () => {
    fc.assert(
      fc.property(modelArbitrary, childArbitrary, (content, child) => {
        const score = assess(read(content), child);
        let last = 0;
        for (const horizon of HORIZONS) {
          const probability = score.probability(horizon);
          expect(probability).toBeGreaterThanOrEqual(last);
          last = probability;
          const [from, until] = score.interval(horizon);
          expect(from).toBeLessThanOrEqual(probability + 1e-8);
          expect(until).toBeGreaterThanOrEqual(probability - 1e-8);
          const band = score.band(horizon);
          expect(probability >= band.from && probability <= band.until).toBe(true);
          const below = content.percentiles[horizon - 1]!.filter((value) => value <= probability);
          expect(score.percentile(horizon)).toBe(below.length);
        }
      }),
    );
  });

  it('has no horizon of 0, 6 or 2.5 years', () => {
    const [content, child] = [sample(), fc.sample(childArbitrary, { numRuns: 1, seed: 1 })[0]!];
    for (const horizon of [0, 6, 2.5])
      expect(() => assess(read(content), child).probability(horizon)).toThrow(RangeError);
  });
});

describe('a model file', () => {
  it('is read back unchanged, and its version depends on its bytes', () => {
    fc.assert(
      fc.property(modelArbitrary, (content) => {
        const model = read(content);
        expect(model.content).toEqual(content);
        expect(model.version).toBe(`2017-03-01-${model.sha256.slice(0, 8)}`);
        expect(read({ ...content, base: content.base + 1 }).version).not.toBe(model.version);
      }),
    );
  });

  // The place that is changed, the new value, and the expected fault.
  const broken: readonly [place: string, value: unknown, fault: string][] = [
    ['format', 'other/1', 'format is not'],
    ['trainedAt', 'yesterday', 'trainedAt'],
    ['base', 0.5, 'base is not a whole number'],
    ['years', [0, 1, 2, 3], 'years are not 5'],
    ['years.0', 1, 'years are not 5'],
    ['terms', {}, 'terms are not a list'],
    ['terms.0.factors', ['a'], 'the first term is not population.child.age'],
    ['terms.0.factors', ['w', 'x', 'y', 'z'], 'terms[0].factors are not one to three'],
    ['terms.0.factors', ['x', 'x'], 'terms[0].factors are not one to three'],
    ['terms.1.factors', [AGE_FACTOR], 'two terms have the same'],
    ['terms.0.cuts', [[2, 1]], 'terms[0].cuts are not an ascending'],
    ['terms.0.cuts', [[], []], 'terms[0].cuts are not an ascending'],
    ['terms.0.values', [1], 'terms[0].values are not'],
    ['terms.0.values.0', '1', 'terms[0].values are not'],
    ['considered', [1], 'considered is not a list'],
    ['bags', [], 'bags are not a list'],
    ['bags.1.base', 'x', 'bags[1].base'],
    ['bags.1.terms.0', [1], 'bags[1].terms'],
    ['calibration.2.1.from', 0.3, 'calibration has no bands'],
    ['calibration.4', undefined, 'calibration has no bands'],
    ['percentiles.0.98', -1, 'percentiles are not 99'],
    ['training.clients', undefined, 'training lacks'],
  ];

  it.each(broken)('is refused with another %s: %j', (place, value, fault) => {
    const content = JSON.parse(modelText(sample())) as unknown;
    put(content, place.split('.'), value);
    expect(() => parseRiskModel(JSON.stringify(content))).toThrow(fault);
    expect(() => parseRiskModel(JSON.stringify(content))).toThrow(
      expect.objectContaining({ code: 'RISK_MODEL_INVALID' }),
    );
  });

  it.each(['', '{', 'null', '[]', '"x"', '{"format":"polku-risk-model/1"}'])('cannot be %j', (text) => {
    expect(() => parseRiskModel(text)).toThrow(expect.objectContaining({ code: 'RISK_MODEL_INVALID' }));
  });
});

function put(content: unknown, [name, ...rest]: readonly string[], value: unknown): void {
  const at = content as Record<string, unknown>;
  if (rest.length === 0) at[name!] = value;
  else put(at[name!], rest, value);
}

function sample(): ModelContent {
  return fc.sample(modelArbitrary, { numRuns: 20, seed: 7 }).find(({ terms }) => terms.length > 2)!;
}
