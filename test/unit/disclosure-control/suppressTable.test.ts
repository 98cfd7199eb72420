/**
 * @property groups/protected-numbers
 * @property groups/suppressed-cells No suppressed number of a table follows from its totals.
 * @enforcedBy disclosure-control/disclosureControl.ts, disclosure-control/complementarySuppression.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TableLayout } from '../../../disclosure-control/complementarySuppression.js';
import { suppressTable } from '../../../disclosure-control/disclosureControl.js';
import { audit } from './auditor.js';
import { range } from './groups.js';

const MINIMUM = 8;

/** A table with all its totals, from its finest cells in order. */
function tableOf(sizes: readonly number[], finest: readonly number[]) {
  const layout = new TableLayout(sizes);
  const counts = new Uint32Array(layout.length);
  const cells = layout.views.at(-1)!.cells;
  cells.forEach((cell, i) => {
    for (const { totals } of layout.views) counts[totals[cell]!]! += finest[i]!;
  });
  return { layout, counts };
}

/** What may be published of each number by itself. */
const primary = (counts: Uint32Array) => Array.from(counts, (count) => (count < MINIMUM ? null : count));

const counts = fc.oneof(
  { weight: 2, arbitrary: fc.nat(7) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 8, max: 60 }) },
);
const tables = fc
  .constantFrom<number[][]>([5], [9], [3, 3], [4, 5], [2, 6], [1, 4], [2, 2, 2], [3, 2, 3])
  .chain((sizes) => {
    const length = sizes.reduce((product, size) => product * size, 1);
    return fc.record({
      sizes: fc.constant(sizes),
      finest: fc.array(counts, { minLength: length, maxLength: length }),
    });
  });

describe('suppression in tables with totals', () => {
  it('leaves no suppressed number that a reader can compute to within the minimum', async () => {
    let [recoverable, audited] = [0, 0];
    await fc.assert(
      fc.asyncProperty(tables, async ({ sizes, finest }) => {
        const { layout, counts } = tableOf(sizes, finest);
        const alone = primary(counts);
        const published = await suppressTable(layout, counts, alone, MINIMUM);
        published.forEach((count, cell) => expect([null, alone[cell]]).toContain(count));
        for (const { least, most, cell } of audit(layout, counts, (at) => published[at] !== null)) {
          expect(Math.round(most - least)).toBeGreaterThanOrEqual(MINIMUM);
          expect(Math.round(most)).toBeGreaterThanOrEqual(counts[cell]!);
          audited++;
        }
        const weak = audit(layout, counts, (at) => alone[at] !== null);
        recoverable += weak.filter(({ least, most }) => most - least < 0.5).length;
      }),
      { numRuns: 20, seed: 1 },
    );
    expect(audited).toBeGreaterThan(100);
    // Without complementary suppression, the same auditor computes many numbers from the totals.
    expect(recoverable).toBeGreaterThan(10);
  });

  it('suppresses one more number for a small one in a row: the smallest that is enough', async () => {
    const { layout, counts } = tableOf([5], [3, 40, 12, 9, 30]);
    expect(await suppressTable(layout, counts, primary(counts), MINIMUM)).toEqual([
      null,
      40,
      12,
      null,
      30,
      94,
    ]);
  });

  it('suppresses a rectangle for a small cell of two dimensions, and publishes the totals', async () => {
    const { layout, counts } = tableOf([3, 3], [50, 40, 30, 20, 2, 10, 60, 9, 70]);
    const published = await suppressTable(layout, counts, primary(counts), MINIMUM);
    expect(published).toEqual(
      [
        [50, null, null, 120],
        [20, null, null, 32],
        [60, 9, 70, 139],
        [130, 51, 110, 291],
      ].flat(),
    );
  });

  it('publishes only the total if no other number can protect a small one', async () => {
    const { layout, counts } = tableOf([3], [3, 0, 30]);
    expect(await suppressTable(layout, counts, primary(counts), MINIMUM)).toEqual([null, null, null, 33]);
    const alone = tableOf([3, 2], [3, 4, 2, 1, 5, 3]);
    const published = await suppressTable(alone.layout, alone.counts, primary(alone.counts), MINIMUM);
    expect(published.at(-1)).toBe(18);
    expect(published.slice(0, -1).filter((count) => count !== null)).toEqual([]);
  });

  it('publishes nothing from a table whose total is too small', async () => {
    const { layout, counts } = tableOf([2, 2], [1, 2, 3, 1]);
    expect(
      (await suppressTable(layout, counts, primary(counts), MINIMUM)).every((count) => count === null),
    ).toBe(true);
  });

  it('suppresses in a one-dimensional table whatever a larger table suppresses there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(counts, { minLength: 12, maxLength: 12 }), async (finest) => {
        const two = tableOf([4, 3], finest);
        const published = await suppressTable(two.layout, two.counts, primary(two.counts), MINIMUM);
        const one = tableOf(
          [4],
          range(0, 4).map((row) => finest[3 * row]! + finest[3 * row + 1]! + finest[3 * row + 2]!),
        );
        const margin = await suppressTable(one.layout, one.counts, primary(one.counts), MINIMUM);
        const shown = range(0, 4).map(
          (row) => published[two.layout.moved(two.layout.length - 1, 0, row)] ?? null,
        );
        // A finer cell may need more suppression, never less.
        shown.forEach((count, row) => expect([null, margin[row]]).toContain(count));
      }),
    );
  });
});
