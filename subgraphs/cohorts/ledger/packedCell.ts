import type { GroupCell } from '../disclosure/groupCell.js';

const FIGURES = 6;

/** A set as the ledger keeps it: the lengths of its lists and its figures, then the lists. */
export function packCell(cell: GroupCell): Uint32Array {
  const { sketch, smallest, count, recordKeySum, families, largestFamily } = cell;
  const words = new Uint32Array(FIGURES + sketch.length + smallest.length);
  words.set([sketch.length, smallest.length, count, recordKeySum, families, largestFamily]);
  words.set(sketch, FIGURES);
  words.set(smallest, FIGURES + sketch.length);
  return words;
}

/** Reads what begins at an offset; the lists are views of the words. */
export function unpackCell(words: Uint32Array, offset = 0): GroupCell {
  const smallestFrom = offset + FIGURES + words[offset]!;
  return {
    count: words[offset + 2]!,
    recordKeySum: words[offset + 3]!,
    families: words[offset + 4]!,
    largestFamily: words[offset + 5]!,
    sketch: words.subarray(offset + FIGURES, smallestFrom),
    smallest: words.subarray(smallestFrom, smallestFrom + words[offset + 1]!),
  };
}

/** How many words a packed set takes. */
export function packedLength(words: Uint32Array, offset: number): number {
  return FIGURES + words[offset]! + words[offset + 1]!;
}
