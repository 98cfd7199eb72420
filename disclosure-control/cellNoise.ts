import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { isPossibleNoise, type NoiseParameters } from '../policies/engine/disclosureParameters.js';
import type { GroupCell } from './groupQuestion.js';

/** Families are few, so the noise of their number is small whatever that of counts is. */
const FAMILY_NOISE: NoiseParameters = { maximum: 2, variance: 1 };

/**
 * The noise of a set: a pseudo-random function of the set, so that equal sets get equal noise however, whenever and by whomever
 * they are asked, in any process. The sum of record keys is not used as it is: sums of sets that differ by one person differ by
 * that person's record key, and who knows some counts could work it out.
 */
export class CellNoise {
  readonly #key: Uint8Array;
  readonly #tables = new Map<string, PerturbationTable>();

  /** @param secret that of the record keys */
  constructor(secret: Uint8Array) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'polku cell noise', 32));
  }

  /** What is added to the count of a set. */
  ofCount(cell: CellKey, parameters: NoiseParameters): number {
    return this.#table(parameters).noise(this.#uniform('count', cell));
  }

  /** What is added to the number of its families. */
  ofFamilies(cell: CellKey): number {
    return this.#table(FAMILY_NOISE).noise(this.#uniform('families', cell));
  }

  /** What is added to the distance of two sets. */
  ofDistance(a: CellKey, b: CellKey, parameters: NoiseParameters): number {
    return this.#table(parameters).noise(this.#uniform('distance', a, b));
  }

  /** Tells secrets apart, and nothing of them. */
  get fingerprint(): string {
    return createHmac('sha256', this.#key).update('fingerprint').digest('base64url');
  }

  /** What nobody makes of a text without the secret. */
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

/** What tells a set from others. */
export type CellKey = Pick<GroupCell, 'count' | 'recordKeySum'>;

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

const KEY_BYTES = 32;
const BLOCK = Buffer.alloc(16);

/**
 * The secret fixed random number of every unit, by key: words of the AES-256-CTR key stream, a pseudo-random function of the
 * unit's key that makes a million of them in some milliseconds.
 *
 * They follow from the secret and the key alone, not from the snapshot. Were they drawn anew for each snapshot, a set that
 * has not changed would get new noise each time, and the noise would average out.
 * @param secret at least 32 bytes
 * @param domain all keys are below it
 */
export function recordKeys(secret: Uint8Array, domain: number): Uint32Array {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'polku record keys', KEY_BYTES));
  const stream = createCipheriv('aes-256-ctr', key, BLOCK).update(new Uint8Array(4 * domain));
  return new Uint32Array(stream.buffer.slice(stream.byteOffset, stream.byteOffset + stream.byteLength));
}
