import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DIGEST_BYTES, DigestTable } from '../../../linkage/digestTable.js';

const digest = (number: number) =>
  createHash('sha256').update(String(number)).digest().subarray(0, DIGEST_BYTES);

describe('the table of digests', () => {
  it('answers like a map, before and after it is written and read', () => {
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(2 ** 32 - 1)), { maxLength: 600 });
    fc.assert(
      fc.property(changes, (entries) => {
        const table = new DigestTable();
        for (const [number, key] of entries) table.set(digest(number), key);
        const oracle = new Map(entries);
        for (const read of [table, DigestTable.decode(table.encode())]) {
          expect(read.size).toBe(oracle.size);
          for (let number = 0; number <= 400; number++) {
            expect(read.get(digest(number))).toBe(oracle.get(number));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is written identically for entries in any order', () => {
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    const written = [numbers, numbers.toReversed()].map((order) => {
      const table = new DigestTable(100);
      for (const number of order) table.set(digest(number), number);
      return table.encode().toString('hex');
    });
    expect(written[0]).toBe(written[1]);
  });
});
