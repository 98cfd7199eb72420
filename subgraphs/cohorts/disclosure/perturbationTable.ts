import { isPossibleNoise, type NoiseParameters } from '../../../policies/engine/disclosure/parameters.js';

const RANGE = 2 ** 32;
const HALVINGS = 200;

/**
 * The perturbation table of the cell key method (Fraser & Wooton 2005; Thompson, Broadfoot & Elazar 2013): which noise a
 * uniform number stands for. Of all distributions over -maximum .. maximum with mean 0 and the wanted variance it is the one of
 * the largest entropy (Giessing 2016; Marley & Leaver 2011), so it tells least: p(i) ~ exp(-lambda i^2).
 *
 * Published tables have a row for each small count, for a perturbed count must not be negative. Here no small count is ever
 * told, so one row serves all and the mean is 0 for each.
 */
export class PerturbationTable {
  /** How many of 2^32 numbers stand for each noise, from -maximum up: symmetric, so the mean is 0 to the last bit. */
  readonly weights: readonly number[];
  private readonly maximum: number;

  /** @throws RangeError where no such distribution exists */
  constructor(parameters: NoiseParameters) {
    const { maximum, variance } = parameters;
    if (!isPossibleNoise(parameters))
      throw new RangeError(`No noise of at most ${maximum} has the variance ${variance}.`);
    this.maximum = maximum;
    const probabilities = maximumEntropy(maximum, variance);
    const tail = probabilities.slice(1).map((probability) => Math.round(probability * RANGE));
    const middle = RANGE - 2 * tail.reduce((sum, weight) => sum + weight, 0);
    this.weights = [...tail.toReversed(), middle, ...tail];
  }

  /** @param uniform 0 to 2^32-1 */
  noise(uniform: number): number {
    let noise = -this.maximum;
    for (let below = this.weights[0]!; uniform >= below; below += this.weights[noise + this.maximum]!)
      noise++;
    return noise;
  }
}

/** Probabilities of 0, 1 .. maximum, each but the first counting twice. */
function maximumEntropy(maximum: number, variance: number): number[] {
  // The variance falls from that of the uniform distribution to 0 as lambda grows.
  let [low, high] = [0, 1];
  while (varianceOf(distribution(maximum, high)) > variance) high *= 2;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const lambda = (low + high) / 2;
    if (varianceOf(distribution(maximum, lambda)) > variance) low = lambda;
    else high = lambda;
  }
  return distribution(maximum, low);
}

function distribution(maximum: number, lambda: number): number[] {
  const raw = Array.from({ length: maximum + 1 }, (_, noise) => Math.exp(-lambda * noise * noise));
  const whole = 2 * raw.reduce((sum, weight) => sum + weight, 0) - 1;
  return raw.map((weight) => weight / whole);
}

function varianceOf(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, probability, noise) => sum + 2 * probability * noise * noise, 0);
}
