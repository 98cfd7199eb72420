import type { SetSketch } from './setSketch.js';

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
