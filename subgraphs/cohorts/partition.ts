import type { Dimension } from './disclosure/groupQuestion.js';

/** Members by what each of them has, as a dimension: a category for each thing that enough of them have. */
export interface Partition {
  readonly dimension: Dimension;
  /** What the categories stand for; the last category is everything else. */
  readonly categories: readonly number[];
}

/**
 * @param codes of each of `persons`, a number for what it has
 * @param minimum things that fewer have are put together
 * @param bound keys of persons lie below it
 */
export function partition(
  persons: Uint32Array,
  codes: Float64Array,
  minimum: number,
  bound: number,
): Partition {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const categories = [...counts]
    .flatMap(([code, count]) => (count >= minimum ? [code] : []))
    .sort((a, b) => a - b);
  const numbers = new Map(categories.map((code, number) => [code, number]));
  const size = categories.length + 1;
  const byKey = new Uint32Array(bound).fill(size);
  for (let index = 0; index < persons.length; index++)
    byKey[persons[index]!] = numbers.get(codes[index]!) ?? categories.length;
  return { dimension: { size, codes: byKey }, categories };
}
