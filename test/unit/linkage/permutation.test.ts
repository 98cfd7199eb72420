/**
 * @property extraction/silent-keys A key reveals neither age nor order of arrival, also after the linkage
 * store grew.
 * @enforcedBy linkage/keySequence.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Permutation } from '../../../linkage/keySequence.js';

const key = (byte: number) => Buffer.alloc(32, byte);

describe('the secret permutation', () => {
  it('is a bijection of any domain', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(255), (domain, byte) => {
        const permutation = new Permutation(domain, key(byte));
        const numbers = Array.from({ length: domain }, (_, position) => permutation.apply(position));
        expect(new Set(numbers).size).toBe(domain);
        expect(Math.max(...numbers)).toBe(domain - 1);
      }),
      { numRuns: 60 },
    );
  });

  it('is undone by its inverse, over domains up to 2^32', () => {
    const domains = [2 ** 32, 2 ** 32 - 1, 2 ** 20, 1_040_003].map(
      (domain) => new Permutation(domain, key(9)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...domains),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (permutation, part) => {
          const position = Math.floor(part * (permutation.domain - 1));
          const number = permutation.apply(position);
          expect(number).toBeLessThan(permutation.domain);
          expect(permutation.invert(number)).toBe(position);
        },
      ),
    );
  });

  it('differs from key to key', () => {
    const [one, other] = [new Permutation(10_000, key(1)), new Permutation(10_000, key(2))];
    const equal = Array.from({ length: 10_000 }, (_, position) => position).filter(
      (position) => one.apply(position) === other.apply(position),
    );
    // Two random permutations agree in one place on average.
    expect(equal.length).toBeLessThan(12);
  });

  it('leaves no trace of the order in which keys were issued', () => {
    const domain = 20_000;
    const permutation = new Permutation(domain, key(3));
    let rising = 0;
    for (let position = 1; position < domain; position++) {
      if (permutation.apply(position) > permutation.apply(position - 1)) rising++;
    }
    // Mean n/2, standard deviation sqrt(n/12): five of them in either direction.
    expect(Math.abs(rising - domain / 2)).toBeLessThan(5 * Math.sqrt(domain / 12));
  });

  it('refuses an empty domain', () => {
    expect(() => new Permutation(0, key(1))).toThrow(RangeError);
  });
});
