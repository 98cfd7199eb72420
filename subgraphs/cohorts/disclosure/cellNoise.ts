import { createHmac, hkdfSync } from 'node:crypto';
import type { NoiseParameters } from '../../../policies/engine/disclosure/parameters.js';
import type { GroupCell } from './groupCell.js';
import { PerturbationTable } from './perturbationTable.js';

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
