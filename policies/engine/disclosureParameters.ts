/** By how much a number is off at most, and the variance of that. */
export interface NoiseParameters {
  readonly maximum: number;
  readonly variance: number;
}

/** How numbers of groups are protected (docs/disclosure.md). */
export interface DisclosureParameters {
  /** No number is told of fewer people than this, nor of a difference of fewer. */
  readonly minimum: number;
  /** Of how many families they must be at least. */
  readonly families: number;
  /** The largest share of a number that one family may have, 0 to 1. */
  readonly familyShare: number;
  /** Every count is told with noise of mean 0 and this variance, never more than `maximum` off. */
  readonly noise: NoiseParameters;
  /** How many questions a recipient may ask in a calendar month; a table is as many as it has views (2 ^ dimensions). */
  readonly questions: number;
}

/** What holds where an owner says nothing: chosen from the table of docs/disclosure.md. */
export const defaultDisclosure: DisclosureParameters = {
  minimum: 8,
  families: 3,
  familyShare: 0.5,
  noise: { maximum: 6, variance: 6 },
  questions: 150,
};

/** Up to the variance of the uniform distribution: beyond it the extremes would be the likeliest. */
export function isPossibleNoise({ maximum, variance }: NoiseParameters): boolean {
  return (
    Number.isInteger(maximum) && maximum > 0 && variance > 0 && variance <= (maximum * (maximum + 1)) / 3
  );
}

/** Of several owners' parameters the stricter of each; of none, what is shipped. */
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
