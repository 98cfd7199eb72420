/** What it takes to resolve something: requests that wait for each other, then requests. */
export interface Cost {
  readonly levels: number;
  readonly fetches: number;
}

export const FREE: Cost = { levels: 0, fetches: 0 };
export const IMPOSSIBLE: Cost = { levels: Infinity, fetches: Infinity };

export function isPossible({ levels }: Cost): boolean {
  return levels !== Infinity;
}

/** Fewest levels first, then fewest requests. */
export function isCheaper(one: Cost, other: Cost): boolean {
  return one.levels === other.levels ? one.fetches < other.fetches : one.levels < other.levels;
}

/** The cost of both, at the same time. */
export function together(one: Cost, other: Cost): Cost {
  if (other === FREE) return one;
  if (one === FREE) return other;
  return { levels: Math.max(one.levels, other.levels), fetches: one.fetches + other.fetches };
}

/** The cost of one after the other. */
export function inTurn(one: Cost, other: Cost): Cost {
  if (other === FREE) return one;
  if (one === FREE) return other;
  return { levels: one.levels + other.levels, fetches: one.fetches + other.fetches };
}
