import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { isPossibleNoise, type NoiseParameters } from '../policies/engine/disclosureParameters.js';
import type { CellSummary } from './groupQuestion.js';

/** The number of families is always small, so its noise is small whatever the noise of counts is. */
const FAMILY_NOISE: NoiseParameters = { maximum: 2, variance: 1 };

/**
 * The noise of a set is a pseudo-random function of the set. Equal sets get equal noise for every caller, at
 * every time and in every process. The plain sum of record keys would not do: the sums of two sets that
 * differ by one person differ by that person's record key, and a caller who knows some counts could compute
 * it.
 */
export class CellNoise {
  readonly #key: Uint8Array;
  readonly #tables = new Map<string, PerturbationTable>();

  /** @param secret the secret that the record keys are derived from */
  constructor(secret: Uint8Array) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'polku cell noise', 32));
  }

  /** Returns the noise for the count of a set. */
  ofCount(cell: CellKey, parameters: NoiseParameters): number {
    return this.#table(parameters).noise(this.#uniform('count', cell));
  }

  /** Returns the noise for the number of families in a set. */
  ofFamilies(cell: CellKey): number {
    return this.#table(FAMILY_NOISE).noise(this.#uniform('families', cell));
  }

  /** Returns the noise for the distance between two sets. */
  ofDistance(a: CellKey, b: CellKey, parameters: NoiseParameters): number {
    return this.#table(parameters).noise(this.#uniform('distance', a, b));
  }

  /** Identifies the secret without revealing it. */
  get fingerprint(): string {
    return createHmac('sha256', this.#key).update('fingerprint').digest('base64url');
  }

  /** Authenticates a text. Nobody can compute the seal without the secret. */
  seal(text: string): string {
    return createHmac('sha256', this.#key).update(`seal ${text}`).digest('base64url');
  }

  static readonly largestOfFamilies = FAMILY_NOISE.maximum;

  #uniform(use: string, ...cells: readonly CellKey[]): number {
    const text = cells.map(({ count, recordKeySum }) => `${count}:${recordKeySum}`).join(' ');
    return createHmac('sha256', this.#key).update(`${use} ${text}`).digest().readUInt32LE(0);
  }

  #table(parameters: NoiseParameters): PerturbationTable {
    const key = `${parameters.maximum} ${parameters.variance}`;
    let table = this.#tables.get(key);
    if (!table) this.#tables.set(key, (table = new PerturbationTable(parameters)));
    return table;
  }
}

/** What identifies a set. */
export type CellKey = Pick<CellSummary, 'count' | 'recordKeySum'>;

const RANGE = 2 ** 32;
const HALVINGS = 200;

/**
 * The perturbation table of the cell key method (Fraser & Wooton 2005; Thompson, Broadfoot & Elazar 2013)
 * maps a uniform number to noise. Among all distributions over -maximum .. maximum with mean 0 and the wanted
 * variance, it is the one with the largest entropy (Giessing 2016; Marley & Leaver 2011), so it reveals
 * least: p(i) ~ exp(-lambda i^2).
 *
 * Published tables have a row for each small count, because a perturbed count must not be negative. Here no
 * small count is ever published, so one row serves all counts and the mean is 0 for each.
 */
export class PerturbationTable {
  /**
   * For each noise from -maximum up: how many of the 2^32 numbers map to it. The weights are symmetric, so
   * the mean is exactly 0.
   */
  readonly weights: readonly number[];
  private readonly maximum: number;

  /** @throws RangeError if no such distribution exists */
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

/** Probabilities of 0, 1 .. maximum. Each one except the first counts twice, for its sign. */
function maximumEntropy(maximum: number, variance: number): number[] {
  // As lambda grows, the variance falls from that of the uniform distribution to 0.
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

const KEY_BYTES = 32;
const BLOCK = Buffer.alloc(16);

/**
 * Derives the secret, fixed random number of every unit, by key: the words of the AES-256-CTR key stream, a
 * pseudo-random function of the unit's key. One call encrypts the whole domain.
 *
 * They follow from the secret and the key alone, not from the snapshot. If each snapshot had new ones, a set
 * that has not changed would get new noise each time, and a caller could average the noise out.
 * @param secret at least 32 bytes
 * @param domain all keys are below it
 */
export function recordKeys(secret: Uint8Array, domain: number): Uint32Array {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'polku record keys', KEY_BYTES));
  const stream = createCipheriv('aes-256-ctr', key, BLOCK).update(new Uint8Array(4 * domain));
  return new Uint32Array(stream.buffer.slice(stream.byteOffset, stream.byteOffset + stream.byteLength));
}
