/** The largest noise that a number gets, and the variance of the noise. */
export interface NoiseParameters {
  readonly maximum: number;
  readonly variance: number;
}

/** How numbers of groups are protected (docs/disclosure.md). */
export interface DisclosureParameters {
  /** No number about fewer people than this is published, and no two numbers that differ by fewer people. */
  readonly minimum: number;
  /** The people behind a number must belong to at least this many families. */
  readonly families: number;
  /** The largest share of a number that one family may contribute, 0 to 1. */
  readonly familyShare: number;
  /** Every published count has noise of mean 0 and this variance, and of at most `maximum`. */
  readonly noise: NoiseParameters;
  /**
   * How many questions a recipient may ask in a calendar month. A table costs as many as it has views (2 ^
   * dimensions).
   */
  readonly questions: number;
}

/** The parameters that apply if an owner sets none. They were chosen from the table in docs/disclosure.md. */
export const defaultDisclosure: DisclosureParameters = {
  minimum: 8,
  families: 3,
  familyShare: 0.5,
  noise: { maximum: 6, variance: 6 },
  questions: 150,
};

/**
 * The variance may be at most that of the uniform distribution. Above it, the extremes would be the most
 * likely values.
 */
export function isPossibleNoise({ maximum, variance }: NoiseParameters): boolean {
  return (
    Number.isInteger(maximum) && maximum > 0 && variance > 0 && variance <= (maximum * (maximum + 1)) / 3
  );
}

/** The strictest value of each parameter over several owners; without owners, the default. */
export function strictest(owners: readonly DisclosureParameters[]): DisclosureParameters {
  if (owners.length === 0) return defaultDisclosure;
  const most = (of: (owner: DisclosureParameters) => number): number => Math.max(...owners.map(of));
  const least = (of: (owner: DisclosureParameters) => number): number => Math.min(...owners.map(of));
  return {
    minimum: most(({ minimum }) => minimum),
    families: most(({ families }) => families),
    familyShare: least(({ familyShare }) => familyShare),
    noise: { maximum: most(({ noise }) => noise.maximum), variance: most(({ noise }) => noise.variance) },
    questions: least(({ questions }) => questions),
  };
}
