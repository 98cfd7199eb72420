/** The use of a family's children: to fit models, to choose settings, or to evaluate the final model. */
export const SPLITS = ['train', 'validation', 'test'] as const;
type Split = (typeof SPLITS)[number];

/** Percentages: families that train, and families that train or validate. */
const TRAIN = 60;
const TRAIN_OR_VALIDATION = 80;

/** The part of a family. It depends on the seed and the family only, not on the rest of the table. */
export function splitOf(seed: number, family: number): Split {
  const percent = mix(seed, family) % 100;
  return percent < TRAIN ? 'train' : percent < TRAIN_OR_VALIDATION ? 'validation' : 'test';
}

/**
 * A pseudo-random whole number below 2^32 from two others, mixed by the finaliser of MurmurHash3 (Appleby
 * 2011). Not for secrets.
 */
export function mix(seed: number, value: number): number {
  let hash = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ value;
  for (let round = 0; round < 2; round++) {
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/**
 * How often each child counts in a bag: families are drawn with replacement, so that each counts 0, 1, 2 ..
 * times (Poisson bootstrap).
 */
export function bagWeights(seed: number, bag: number, family: Uint32Array): Uint8Array {
  return Uint8Array.from(family, (of) => poisson(mix(mix(seed, bag + 1), of) / 2 ** 32));
}

/** Maps a uniform number to a Poisson number with mean 1. */
function poisson(uniform: number): number {
  let [count, probability, below] = [0, Math.exp(-1), Math.exp(-1)];
  while (uniform > below && probability > 0) {
    count++;
    probability /= count;
    below += probability;
  }
  return count;
}
