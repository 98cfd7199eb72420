import type { Term } from './term.js';

/** What three factors do together of which one stands in two terms of two: these may be the shadows of a term of three. */
export function threesOfPairs(terms: readonly Term[]): Term[] {
  const pairs = terms.filter(({ factors }) => factors.length === 2);
  return pairs.flatMap((one, i) =>
    pairs
      .slice(0, i)
      .map((other) => joined(one, other))
      .filter(({ factors }) => factors.length === 3),
  );
}

/** The factors of both, with the other's cuts of one that they share. */
function joined(one: Term, other: Term): Term {
  const cutOf = new Map<number, readonly number[]>();
  for (const { factors, cuts } of [one, other]) factors.forEach((factor, i) => cutOf.set(factor, cuts[i]!));
  const factors = [...cutOf.keys()].toSorted((a, b) => a - b);
  return { factors, cuts: factors.map((factor) => cutOf.get(factor)!) };
}
