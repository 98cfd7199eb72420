/** How much more frequent something is in one group than in another. */
export interface FrequencyRatio {
  readonly share: number;
  readonly otherShare: number;
  readonly ratio: number;
  /** 95 per cent interval. */
  readonly low: number;
  readonly high: number;
}

const Z95 = 1.959_964;

/**
 * Relative frequency with its interval on the logarithm (D. Katz et al., Biometrics 34, 1978), widened by the variance of
 * the noise in each count. From protected counts alone; null where one of them is not told.
 */
export function frequencyRatio(
  [count, total]: readonly [number | null, number | null],
  [otherCount, otherTotal]: readonly [number | null, number | null],
  noiseVariance: number,
): FrequencyRatio | null {
  if (!count || !total || !otherCount || !otherTotal) return null;
  const [share, otherShare] = [Math.min(1, count / total), Math.min(1, otherCount / otherTotal)];
  const variance =
    1 / count -
    1 / total +
    1 / otherCount -
    1 / otherTotal +
    noiseVariance * [count, total, otherCount, otherTotal].reduce((sum, each) => sum + 1 / each ** 2, 0);
  const [ratio, spread] = [share / otherShare, Math.exp(Z95 * Math.sqrt(Math.max(0, variance)))];
  return { share, otherShare, ratio, low: ratio / spread, high: ratio * spread };
}
