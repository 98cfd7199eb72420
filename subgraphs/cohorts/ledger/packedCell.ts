import type { GroupCell } from '../disclosure/groupCell.js';

const FIGURES = 6;

/** A set as the ledger keeps it, in 32-bit words: the lengths of its lists and its figures, then the lists. */
export function packCell(cell: GroupCell): Uint32Array {
  const { sketch, smallest, count, recordKeySum, families, largestFamily } = cell;
  const smallestFrom = FIGURES + wordsOf(sketch.length);
  const words = new Uint32Array(smallestFrom + smallest.length);
  words.set([sketch.length, smallest.length, count, recordKeySum, families, largestFamily]);
  new Uint16Array(words.buffer, FIGURES * 4).set(sketch);
  words.set(smallest, smallestFrom);
  return words;
}

/** Reads what begins at an offset; the lists are views of the words. */
export function unpackCell(words: Uint32Array, offset = 0): GroupCell {
  const sketchFrom = offset + FIGURES;
  const smallestFrom = sketchFrom + wordsOf(words[offset]!);
  return {
    count: words[offset + 2]!,
    recordKeySum: words[offset + 3]!,
    families: words[offset + 4]!,
    largestFamily: words[offset + 5]!,
    sketch: new Uint16Array(words.buffer, words.byteOffset + sketchFrom * 4, words[offset]!),
    smallest: words.subarray(smallestFrom, smallestFrom + words[offset + 1]!),
  };
}

/** How many words a packed set takes. */
export function packedLength(words: Uint32Array, offset: number): number {
  return FIGURES + wordsOf(words[offset]!) + words[offset + 1]!;
}

/** Whether words are packed sets, one behind the other, and nothing else. */
export function arePacked(words: Uint32Array): boolean {
  let offset = 0;
  while (offset + FIGURES <= words.length) offset += packedLength(words, offset);
  return offset === words.length;
}

function wordsOf(halfWords: number): number {
  return Math.ceil(halfWords / 2);
}
