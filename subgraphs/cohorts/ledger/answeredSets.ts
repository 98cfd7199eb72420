import type { DisclosureParameters } from '../../../policies/engine/disclosure/parameters.js';
import type { CellNoise } from '../disclosure/cellNoise.js';
import type { GroupCell } from '../disclosure/groupCell.js';
import { distance } from '../disclosure/setSketch.js';
import { packCell, packedLength, unpackCell } from './packedCell.js';
import { SimilarSets } from './similarSets.js';

const PAGE_WORDS = 2 ** 18;

/** Distances below it must be told, so that every set that is too near is found in spite of the noise. */
export function radiusOf({ minimum, noise }: DisclosureParameters): number {
  return minimum + 2 * noise.maximum;
}

/** The set that is answered, and whether it is the one that was asked about, for the first time. */
export interface StandIn {
  readonly set: GroupCell;
  readonly new: boolean;
}

/** The sets that have been answered, in the order of their first answers, as sketches: no member is kept. */
export class AnsweredSets {
  readonly #index = new SimilarSets();
  /** Page after page of packed sets, and at which word over all pages each set begins. */
  readonly #pages: Uint32Array[] = [];
  readonly #places: number[] = [];
  #free = 0;

  constructor(private readonly noise: CellNoise) {}

  /**
   * The set that is answered in the place of another: the first answered one that differs by less than the minimum, else the set
   * itself, which then is an answered one.
   *
   * As with counts, the distance is compared with noise, against a bound so much higher that no set within the minimum is missed: else who
   * adds seven people that he knows and one whom he does not would read from the answer whether the eighth is in the set. The noise
   * belongs to the two sets and the first one wins, so the same set always gets the same answer.
   */
  standIn(cell: GroupCell, parameters: DisclosureParameters): StandIn {
    if (cell.count === 0) return { set: cell, new: false };
    const { minimum, noise } = parameters;
    const radius = radiusOf(parameters);
    for (const candidate of this.#index.candidates(cell, radius)) {
      const set = this.#at(candidate);
      if (Math.abs(set.count - cell.count) >= radius || leastDistance(set, cell) >= radius) continue;
      const apart = distance(set.sketch, cell.sketch);
      if (apart + this.noise.ofDistance(set, cell, noise) < minimum + noise.maximum)
        return { set, new: false };
    }
    this.add(packCell(cell));
    return { set: cell, new: true };
  }

  /** @param packed as `packCell` makes it */
  add(packed: Uint32Array): void {
    const end = this.#pages.length * PAGE_WORDS;
    if (this.#free + packed.length > end) {
      this.#pages.push(new Uint32Array(PAGE_WORDS));
      this.#free = end;
    }
    this.#pages.at(-1)!.set(packed, this.#free % PAGE_WORDS);
    this.#index.add(this.#places.length, unpackCell(packed));
    this.#places.push(this.#free);
    this.#free += packed.length;
  }

  /** Adds sets packed one behind the other. */
  addAll(words: Uint32Array): void {
    for (let offset = 0; offset < words.length;) {
      const length = packedLength(words, offset);
      this.add(words.subarray(offset, offset + length));
      offset += length;
    }
  }

  #at(index: number): GroupCell {
    const place = this.#places[index]!;
    return unpackCell(this.#pages[Math.floor(place / PAGE_WORDS)]!, place % PAGE_WORDS);
  }
}

/** In how many members two sets differ at least, by their smallest record keys: it spares comparing most sketches. */
function leastDistance(a: GroupCell, b: GroupCell): number {
  let apart = 0;
  let [i, j] = [0, 0];
  while (i < a.smallest.length && j < b.smallest.length) {
    const [x, y] = [a.smallest[i]!, b.smallest[j]!];
    if (x !== y) apart++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  // What lies behind all members of the other set is in this one only.
  if (j === b.count) apart += a.smallest.length - i;
  if (i === a.count) apart += b.smallest.length - j;
  return apart;
}
