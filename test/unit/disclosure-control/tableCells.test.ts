/**
 * @property groups/protected-numbers
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { recordKeys } from '../../../disclosure-control/cellNoise.js';
import { TableLayout } from '../../../disclosure-control/complementarySuppression.js';
import { distance } from '../../../disclosure-control/pinSketch.js';
import { TableCells } from '../../../disclosure-control/tableCells.js';
import { NO_FAMILY } from '../../../registry-kit/criteria/familyTypes.js';
import { people, range, secret, setOf } from './groups.js';

const DOMAIN = 90;
const RADIUS = 5;
const keys = recordKeys(secret, DOMAIN);

const worlds = fc.record({
  families: fc.array(fc.oneof(fc.nat(12), fc.constant(NO_FAMILY)), { minLength: DOMAIN, maxLength: DOMAIN }),
  members: fc.uniqueArray(fc.nat(DOMAIN - 1)),
  dimensions: fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 4 }),
      // Codes 4 and 5 are in no category.
      codes: fc.array(fc.nat(5), { minLength: DOMAIN, maxLength: DOMAIN }),
    }),
    { maxLength: 3 },
  ),
});

describe('the cells of a table', () => {
  it('equal a direct count of the members of each cell', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ families, members, dimensions }) => {
        const layout = new TableLayout(dimensions.map(({ size }) => size));
        const table = {
          members: setOf(members, DOMAIN),
          dimensions: dimensions.map(({ size, codes }) => ({ size, codes: Uint8Array.from(codes) })),
        };
        const cells = await TableCells.count(
          table,
          await people(DOMAIN, Uint32Array.from(families)),
          layout,
          RADIUS,
        );
        const inTable = members.filter((key) => dimensions.every(({ size, codes }) => codes[key]! < size));
        for (const cell of range(0, layout.length)) {
          const inCell = inTable.filter((key) =>
            dimensions.every(({ size, codes }, i) => {
              const coordinate = layout.coordinate(cell, i);
              return coordinate === size || coordinate === codes[key];
            }),
          );
          const sizes = new Map<string, number>();
          for (const key of inCell) {
            const family = families[key] === NO_FAMILY ? `alone ${key}` : `${families[key]}`;
            sizes.set(family, (sizes.get(family) ?? 0) + 1);
          }
          const found = cells.at(cell);
          expect(found).toMatchObject({
            count: inCell.length,
            recordKeySum: inCell.reduce((sum, key) => (sum + keys[key]!) >>> 0, 0),
            families: sizes.size,
            largestFamily: Math.max(0, ...sizes.values()),
          });
          const sorted = inCell.map((key) => keys[key]!).sort((a, b) => a - b);
          expect([...found.smallest]).toEqual(sorted.slice(0, RADIUS));
          const alone = { members: setOf(inCell, DOMAIN), dimensions: [] };
          const other = (await TableCells.count(alone, await people(DOMAIN), new TableLayout([]), RADIUS)).at(
            0,
          );
          expect(distance(found.sketch, other.sketch)).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});
