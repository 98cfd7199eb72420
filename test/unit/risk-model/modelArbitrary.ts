import fc from 'fast-check';
import {
  AGE_FACTOR,
  binCount,
  MODEL_FORMAT,
  type ModelContent,
} from '../../../risk-model/model/modelContent.js';

const HORIZONS = [1, 2, 3, 4, 5];
const BAGS = 3;
const logOdds = fc.integer({ min: -2_000_000, max: 2_000_000 });
const cuts = fc.uniqueArray(fc.integer({ min: -5, max: 40 }), { maxLength: 4 }).map(ascending);
const probabilities = (length: number) =>
  fc
    .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: length, maxLength: length })
    .map(ascending);

/** Models of up to eight terms over age and five other factors. */
export const modelArbitrary: fc.Arbitrary<ModelContent> = fc
  .uniqueArray(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 }), {
    maxLength: 7,
    selector: String,
  })
  .chain((others) => {
    const terms = [[AGE_FACTOR], ...others];
    return fc
      .tuple(...terms.map((factors) => fc.tuple(...factors.map(() => cuts))))
      .map((cuts) => ({ terms, cuts }));
  })
  .chain(({ terms, cuts }) => {
    const sizes = cuts.map((lists) => lists.reduce((size, list) => size * binCount(list), 1));
    const values = fc.tuple(...sizes.map((size) => fc.array(logOdds, { minLength: size, maxLength: size })));
    const years = fc.tuple(logOdds, logOdds, logOdds, logOdds).map((later) => [0, ...later]);
    const bag = fc.record({ base: logOdds, years, terms: values });
    return fc.record({
      format: fc.constant(MODEL_FORMAT),
      trainedAt: fc.constant('2017-03-01T12:00:00.000Z'),
      training: fc.constant({
        seed: 1,
        blocks: ['2007-01-01'],
        splitOver: ['2007-01-01'],
        children: 9,
        families: 5,
        clients: 2,
      }),
      base: logOdds,
      years,
      terms: values.map((all) => terms.map((factors, i) => ({ factors, cuts: cuts[i]!, values: all[i]! }))),
      considered: fc.constant(['f', 'g']),
      calibration: fc.constant(
        HORIZONS.map(() => [
          { from: 0, until: 0.25, children: 90, predicted: 0.1, observed: 0.11 },
          { from: 0.25, until: 1, children: 10, predicted: 0.4, observed: 0.5 },
        ]),
      ),
      percentiles: fc.tuple(...HORIZONS.map(() => probabilities(99))),
      bags: fc.array(bag, { minLength: BAGS, maxLength: BAGS }),
    });
  });

/** Children: values with unknown ones and "never", and the exposure of each year. */
export const childArbitrary = fc.record({
  age: fc.oneof(fc.integer({ min: 0, max: 17 }), fc.constant(Number.NaN)),
  value: fc.array(
    fc.oneof(fc.integer({ min: -6, max: 45 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY)),
    { minLength: 5, maxLength: 5 },
  ),
  exposure: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
});

function ascending(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}
