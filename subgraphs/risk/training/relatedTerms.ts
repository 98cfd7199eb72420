import type { Term } from './term.js';

/**
 * Terms that are worth a look because of those that were chosen: what each factor of a term does alone, and what three factors do
 * together of which one stands in two terms of two - these may be the shadows of a term of three.
 * @param age the number of the factor of age, which alone is told by the age attained
 */
export function relatedTerms(terms: readonly Term[], age: number): Term[] {
  const alone = terms
    .filter(({ factors }) => factors.length > 1)
    .flatMap(({ factors, cuts }) => factors.map((factor, i) => ({ factors: [factor], cuts: [cuts[i]!] })))
    .filter(({ factors }) => factors[0] !== age);
  const pairs = terms.filter(({ factors }) => factors.length === 2);
  const threes = pairs.flatMap((one, i) =>
    pairs
      .slice(0, i)
      .map((other) => joined(one, other))
      .filter(({ factors }) => factors.length === 3),
  );
  return [...alone, ...threes];
}

/** The factors of both, with the other's cuts of one that they share. */
function joined(one: Term, other: Term): Term {
  const cutOf = new Map<number, readonly number[]>();
  for (const { factors, cuts } of [one, other]) factors.forEach((factor, i) => cutOf.set(factor, cuts[i]!));
  const factors = [...cutOf.keys()].toSorted((a, b) => a - b);
  return { factors, cuts: factors.map((factor) => cutOf.get(factor)!) };
}
