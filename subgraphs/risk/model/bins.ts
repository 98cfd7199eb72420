/** The bin of what is unknown. */
export const UNKNOWN_BIN = 0;

/**
 * The bin of a value between ascending cuts: 1 below the first one, and so on. Values are taken as the 32-bit numbers that
 * training sees, so that a child falls into the same bin in both.
 */
export function binOf(cuts: ArrayLike<number>, value: number): number {
  if (Number.isNaN(value)) return UNKNOWN_BIN;
  const rounded = Math.fround(value);
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cuts[middle]! <= rounded) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Bins that so many cuts make, that of what is unknown included. */
export function binCount(cuts: ArrayLike<number>): number {
  return cuts.length + 2;
}

/**
 * By factor, the bin that a cell of several factors is in: the bins of later ones run faster.
 * @param cuts by factor
 */
export function binsOfCell(cuts: readonly ArrayLike<number>[], cell: number): number[] {
  let rest = cell;
  return cuts
    .toReversed()
    .map((own) => {
      const bin = rest % binCount(own);
      rest = Math.floor(rest / binCount(own));
      return bin;
    })
    .toReversed();
}
