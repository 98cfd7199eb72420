/** A bin holds at least so many children: fewer tell of themselves rather than of what they have in common. */
const FEWEST_CHILDREN = 25;

/** Distinct known values of a factor, ascending, and how many children have each. */
export interface ValueCounts {
  readonly values: Float32Array;
  readonly counts: Uint32Array;
}

export function countValues(column: Float32Array): ValueCounts {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const [values, counts]: [number[], number[]] = [[], []];
  for (const value of sorted) {
    // -0 sorts before 0 and is the same.
    if (value === values.at(-1)) counts[counts.length - 1]!++;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values: Float32Array.from(values), counts: Uint32Array.from(counts) };
}

/**
 * Cuts between values, so that at most `most` bins hold about as many children each. What many have, 0 and "never" are bins of their
 * own: nothing is as much like something as it seems in a mean.
 */
export function cutFactor({ values, counts }: ValueCounts, most: number): number[] {
  const cuts: number[] = [];
  let left = counts.reduce((sum, count) => sum + count, 0);
  let held = 0;
  for (let i = 0; i + 1 < values.length; i++) {
    const wanted = left / Math.max(1, most - cuts.length);
    held += counts[i]!;
    const apart = isApart(values[i]!) || isApart(values[i + 1]!) || counts[i + 1]! >= wanted;
    const full = held >= wanted || (apart && held >= FEWEST_CHILDREN);
    const rest = left - held;
    if (cuts.length + 1 < most && full && held >= FEWEST_CHILDREN && rest >= FEWEST_CHILDREN) {
      cuts.push(shortestBetween(values[i]!, values[i + 1]!));
      left = rest;
      held = 0;
    }
  }
  return cuts;
}

function isApart(value: number): boolean {
  return value === 0 || value === Number.POSITIVE_INFINITY;
}

/** The number with the fewest digits in (low, high], near the middle: 2.5 of 2 and 3. */
export function shortestBetween(low: number, high: number): number {
  const middle = Number.isFinite(high) ? low + (high - low) / 2 : Math.max(1, 2 * low);
  for (let digits = 1; digits <= 17; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (rounded > low && rounded <= high) return rounded;
  }
  return high;
}
