/** The finest unit of a rough count: hardly anybody has so many rows. */
const FINEST = 1_000;

/**
 * A count to its first two digits, and never finer than thousands; NaN where that is none, as where there is nothing. It says how large
 * a register is, without saying how many rows one person has: their erasure would else be the difference between two counts.
 */
export function roughCount(count: number): number {
  const unit = Math.max(FINEST, 10 ** (Math.floor(Math.log10(Math.max(1, count))) - 1));
  return Math.round(count / unit) * unit || Number.NaN;
}
