import { mix } from './splitFamilies.js';

/** How often each child counts in a bag: families are drawn with replacement, so that each comes 0, 1, 2 .. times (Poisson). */
export function bagWeights(seed: number, bag: number, family: Uint32Array): Uint8Array {
  return Uint8Array.from(family, (of) => poisson(mix(mix(seed, bag + 1), of) / 2 ** 32));
}

/** The Poisson number of mean 1 that a uniform number stands for. */
function poisson(uniform: number): number {
  let [count, probability, below] = [0, Math.exp(-1), Math.exp(-1)];
  while (uniform > below && probability > 0) {
    count++;
    probability /= count;
    below += probability;
  }
  return count;
}
