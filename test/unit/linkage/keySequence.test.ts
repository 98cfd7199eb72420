/**
 * @property extraction/silent-keys
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KeySequence, MAX_DOMAIN } from '../../../linkage/keySequence.js';

const secretOf = (seed: number) => (generation: number) =>
  createHash('sha256').update(`${seed} ${generation}`).digest();
const sequence = (domain: number, seed = 1) => new KeySequence([{ domain, used: 0 }], 0, secretOf(seed));
const take = (keys: KeySequence, count: number) => Array.from({ length: count }, () => keys.next());

describe('the keys of one kind', () => {
  it('X06: stay unique and below their domain when it grows, also when they are reloaded in between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(1_000),
        fc.array(fc.nat(120), { minLength: 1, maxLength: 6 }),
        (domain, seed, batches) => {
          let keys = sequence(domain, seed);
          const given: number[] = [];
          for (const batch of batches) {
            given.push(...take(keys, batch));
            keys = new KeySequence(keys.generations, keys.issued, secretOf(seed));
          }
          expect(new Set(given).size).toBe(given.length);
          expect(keys.issued).toBe(given.length);
          for (const key of given) expect(key).toBeLessThan(keys.domain);
          // In the order of a counter, which only the holder of the secret can reconstruct.
          for (let index = 1; index < given.length; index++)
            expect(keys.isOlder(given[index - 1]!, given[index]!)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('X06: do not change up to the planned size', () => {
    const [small, large] = [sequence(1_000), sequence(1_000)];
    const first = take(small, 500);
    expect(small.generations).toHaveLength(1);
    expect(take(large, 2_000).slice(0, 500)).toEqual(first);
    expect(large.generations.map(({ domain }) => domain)).toEqual([1_000, 2_000, 4_000]);
  });

  it('X06: fill at most half of their domain', () => {
    const keys = sequence(10);
    for (let count = 1; count < 2_000; count++) {
      keys.next();
      expect(2 * keys.issued).toBeLessThanOrEqual(keys.domain + 1);
    }
  });

  it('X06: also fill the old part of a larger domain, so that a small key may be new', () => {
    const keys = sequence(2_000);
    take(keys, 1_000);
    const later = take(keys, 1_000);
    // A thousand of 3,000 free keys; a thousand are small: 333 on average, standard deviation about 12.
    const small = later.filter((key) => key < 2_000).length;
    expect(Math.abs(small - 333)).toBeLessThan(75);
  });

  it('X06: leave no trace of the order in which they were issued after the domain grew', () => {
    const keys = sequence(10_000);
    take(keys, 5_000);
    const later = take(keys, 5_000);
    const rising = later.filter((key, index) => index > 0 && key > later[index - 1]!).length;
    // Mean n/2, standard deviation sqrt(n/12): five of them in either direction.
    expect(Math.abs(rising - 2_500)).toBeLessThan(5 * Math.sqrt(5_000 / 12));
  });

  it('X06: are refused when no numbers are left, with the consequences of a new store', () => {
    const full = new KeySequence([{ domain: MAX_DOMAIN, used: MAX_DOMAIN }], MAX_DOMAIN, secretOf(1));
    expect(() => full.next()).toThrow(
      expect.objectContaining({
        code: 'LINKAGE_FULL',
        message: expect.stringMatching(/restrictions made by hand, sealed ids and the audit log.*"Rotation"/),
      }),
    );
  });
});
