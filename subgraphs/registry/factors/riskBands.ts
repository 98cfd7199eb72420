/** Lower ends of bands of probability, the last band ending at 1: fixed, so that they tell nothing of data. */
export const RISK_BANDS = [0, 0.01, 0.02, 0.05, 0.1, 0.2] as const;

/** The number of the band that a probability lies in. */
export function bandOf(probability: number): number {
  return RISK_BANDS.findLastIndex((from) => from <= probability);
}
