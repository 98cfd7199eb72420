import type { DisclosureParameters } from '../policies/engine/disclosureParameters.js';
import type { CountingUnits } from './countingUnits.js';
import type { PinSketch } from './pinSketch.js';

/** A property that each unit has at most once, such as sex, district or age band. It splits a set. */
export interface Dimension {
  /** The number of categories, including empty ones: it must not depend on data. */
  readonly size: number;
  /**
   * Category by unit key, 0 to size-1. Units without a category (`size` or more) are not counted in the
   * table.
   */
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
}

/**
 * A property with more values than can be listed in advance, such as a person's whole path. The most frequent
 * values become categories, and the others share one (openDimension.ts).
 */
export interface OpenDimension {
  /** Value by unit key. Units with NaN are not counted in the table. */
  readonly values: Float64Array;
  /**
   * The most values that become categories, below 2^16 - 1. This number is charged, whatever the data holds.
   */
  readonly most: number;
}

/**
 * A set, split by up to three dimensions. Without dimensions only its size is counted. A property that one
 * unit can have twice (the year) is not a dimension: it needs one table for each value.
 */
export interface TableRequest {
  /** Bit set over unit keys: key k is bit k % 32 of word k / 32. */
  readonly members: Uint32Array;
  /** At most one of them is open. */
  readonly dimensions: readonly (Dimension | OpenDimension)[];
}

/** The categories of a table, without its data: all that its price depends on. */
export interface TableShape {
  readonly dimensions: readonly (Pick<Dimension, 'size'> | Pick<OpenDimension, 'most'>)[];
}

export interface GroupQuestion {
  /** Whose budget pays: the recipient that the token names. */
  readonly organisation: string;
  /**
   * The question in canonical form, with the snapshots that it refers to. A repeated question is charged once
   * a period, so different questions must have different texts.
   */
  readonly text: string;
  /** The text without the snapshots. Only the price of a later question depends on it. */
  readonly asks: string;
  /** The group that the question is about, as it was charged when it was formed. */
  readonly group: string;
  readonly units: CountingUnits;
  /** The strictest parameters of all owners whose data the answer uses. */
  readonly parameters: DisclosureParameters;
  readonly tables: readonly TableRequest[];
}

/**
 * A number of units that may be published. Null: the number is too small, or it would reveal one that is.
 * Zero is also null.
 */
export type ProtectedCount = number | null;

/**
 * A group that registries are about to be asked about. Forming it costs a question, although no number is
 * asked yet.
 */
export interface GroupFormation {
  readonly organisation: string;
  /** In canonical form. */
  readonly group: string;
  /** The larger group that this one is part of, if any. */
  readonly within?: string;
  readonly parameters: DisclosureParameters;
}

/** A question whose price is requested. It has no data. */
export interface PricedQuestion {
  readonly organisation: string;
  /** The groups that are formed for it, the larger first. The last is the one that the question is about. */
  readonly groups: readonly string[];
  /** The text of the question without the snapshots that it refers to. */
  readonly asks: string;
  readonly parameters: DisclosureParameters;
  readonly tables: readonly TableShape[];
  /** The most that further tables cost. The first answer decides how many there are. 0 if omitted. */
  readonly furtherCost?: number;
}

export interface ProtectedTable {
  /**
   * All cells and all totals, row-major over the dimensions, with the total as the last category. The sizes
   * are `dimensions[i].size + 1`. A table without dimensions is one number.
   */
  readonly counts: readonly ProtectedCount[];
  /**
   * The values behind the categories of the open dimension; the category after them is all other values.
   * Empty without an open dimension.
   */
  readonly values: readonly number[];
}

export interface ProtectedAnswer {
  readonly tables: readonly ProtectedTable[];
  readonly protection: Protection;
}

/** How an answer was protected, for its reader. */
export interface Protection {
  readonly parameters: DisclosureParameters;
  /** No count below this is published: the minimum plus the largest noise. */
  readonly smallestCount: number;
  /** Of the organisation, in this period. */
  readonly questionsLeft: number;
}

/**
 * All that disclosure control stores about a set: enough to protect its count and to find similar sets, but
 * not its members.
 */
export interface CellSummary {
  readonly count: number;
  /** Sum of the members' record keys, modulo 2^32: the cell key. */
  readonly recordKeySum: number;
  readonly families: number;
  /** The number of members from the family that has most of them here. */
  readonly largestFamily: number;
  readonly sketch: PinSketch;
  /**
   * The smallest record keys of members, ascending. There are as many as the radius of the sketch, or all of
   * them.
   */
  readonly smallest: Uint32Array;
}
