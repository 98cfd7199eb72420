import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { DurationHistogram, DURATIONS } from '../../lib/metrics.js';

/** Seconds on, below and above the bounds, and anywhere else. */
const seconds = fc.oneof(
  fc.constantFrom(...DURATIONS, ...DURATIONS.map((bound) => bound - 1e-9), 0),
  fc.double({ min: 0, max: 60, noNaN: true }),
);
/** Values of labels, also such as must be escaped or look like those of two labels. */
const value = fc.constantFrom('check', 'plan', '', 'a"b\\c\nd', 'check,plan', '1');

const histories = fc.subarray(['subgraph', 'outcome']).chain((labelNames) =>
  fc.record({
    labelNames: fc.constant(labelNames),
    zeros: fc.array(fc.tuple(...labelNames.map(() => value)), { maxLength: 3 }),
    observations: fc.array(fc.record({ values: fc.tuple(...labelNames.map(() => value)), seconds })),
  }),
);

describe('a histogram of durations', () => {
  it('is scraped as the histogram of prom-client is', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ labelNames, zeros, observations }) => {
        const options = { name: 'polku_test_seconds', help: 'Time of a test.', labelNames };
        const [ours, theirs] = [new Registry(), new Registry()];
        const histogram = new DurationHistogram(ours, options);
        const oracle = new Histogram({ ...options, buckets: [...DURATIONS], registers: [theirs] });
        const labelsOf = (values: readonly string[]) =>
          Object.fromEntries(labelNames.map((label, at) => [label, values[at]!]));
        for (const values of zeros) {
          histogram.of(...values);
          oracle.zero(labelsOf(values));
        }
        for (const { values, seconds: observed } of observations) {
          histogram.of(...values).observe(observed);
          oracle.observe(labelsOf(values), observed);
        }
        const lines = async (registry: Registry) => (await registry.metrics()).split('\n').sort();
        expect(await lines(ours)).toEqual(await lines(theirs));
        const names = (registry: Registry) =>
          registry.getMetricsAsArray().map(({ name, help, type }) => ({ name, help, type }));
        expect(names(ours)).toEqual(names(theirs));
      }),
    );
  });
});
