import type { DisclosureParameters } from '../policies/engine/disclosureParameters.js';
import type { Units } from './countingUnits.js';
import type { SetSketch } from './pinSketch.js';

/** A property that each unit has at most once, so that it splits a set: sex, district, age band. */
export interface Dimension {
  /** How many categories there are, whether or not somebody is in them: it must not depend on data. */
  readonly size: number;
  /** Category by unit key, 0 to size-1; whoever is in none (`size` or more) is not counted in the table at all. */
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
}

/**
 * A property with more values than can be listed beforehand, such as the whole path of somebody: the commonest become
 * categories, and the others are one (openDimension.ts).
 */
export interface OpenDimension {
  /** Value by unit key; whoever has NaN is not counted in the table at all. */
  readonly values: Float64Array;
  /** How many become categories at most, below 2^16 - 1: that is charged, whatever there is. */
  readonly most: number;
}

/**
 * A set, split by up to three dimensions; none: its size alone. What one unit can be in twice (the year) is no dimension:
 * it is a table for each.
 */
export interface GroupTable {
  /** Bit set over unit keys: key k is bit k % 32 of word k / 32. */
  readonly members: Uint32Array;
  /** One of them may be open. */
  readonly dimensions: readonly (Dimension | OpenDimension)[];
}

export interface GroupQuestion {
  /** Whose budget it is charged to: the recipient that the token names. */
  readonly organisation: string;
  /**
   * What is asked, in canonical form, with the snapshots it is asked of. It is charged once a period, however often it is
   * asked, so it must be another text where it is another question.
   */
  readonly text: string;
  /** The group that it is asked of, as it was charged when it was formed. */
  readonly group: string;
  readonly units: Units;
  /** The strictest of the owners whose data it rests on. */
  readonly parameters: DisclosureParameters;
  readonly tables: readonly GroupTable[];
}

/** A number of units fit to be told, or null: too few, or it would tell of too few. Zero is null, too. */
export type ProtectedCount = number | null;

/** A group that registries are about to be asked of: that is a question, too, though no number is asked yet. */
export interface GroupFormed {
  readonly organisation: string;
  /** In canonical form. */
  readonly group: string;
  /** The group that it is a part of, where it is one. */
  readonly within?: string;
  readonly parameters: DisclosureParameters;
}

export interface ProtectedTable {
  /**
   * All cells and all totals, row-major over the dimensions with their total as a last category: the sizes are
   * `dimensions[i].size + 1`, and a table without dimensions is one number.
   */
  readonly counts: readonly ProtectedCount[];
  /** The values that the categories of the open dimension stand for, the one behind them being all others; without it, none. */
  readonly values: readonly number[];
}

export interface ProtectedAnswer {
  readonly tables: readonly ProtectedTable[];
  readonly protection: Protection;
}

/** How an answer was protected, for whoever reads it. */
export interface Protection {
  readonly parameters: DisclosureParameters;
  /** No count below this is told: the minimum and the largest noise. */
  readonly smallestCount: number;
  /** Of the organisation, in this period. */
  readonly questionsLeft: number;
}

/** All that disclosure control knows of a set: enough to protect its count and to find sets that are near, not the set. */
export interface GroupCell {
  readonly count: number;
  /** Sum of the members' record keys, modulo 2^32: the cell key. */
  readonly recordKeySum: number;
  readonly families: number;
  /** Members of the family that has most of them here. */
  readonly largestFamily: number;
  readonly sketch: SetSketch;
  /** The smallest record keys of members in ascending order, as many as the radius of the sketch, or all there are. */
  readonly smallest: Uint32Array;
}
