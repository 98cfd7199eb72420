/** Log-odds are kept in whole millionths. */
export const MILLIONTHS = 1_000_000;

/**
 * The probability of becoming a client in a year of which the child is a minor for a share, having not been one before; `logOdds`
 * are those of a whole year.
 */
export function hazard(logOdds: number, share: number): number {
  // 1 - (1 - h) ^ share, where 1 - h = 1 / (1 + e^x)
  return -Math.expm1(-share * Math.log1p(Math.exp(logOdds)));
}
