import type { Day } from '../../../schema/calendar.js';
import type { Factor } from '../../registry/factors/factor.js';

/** What a group of children has in common, by which a model's fairness is looked at. */
export interface RiskGrouping {
  /** `sex`, `age`, `district`, `language`, `familyType` */
  readonly name: string;
  readonly labels: readonly string[];
  /** By row, an index into `labels`. */
  readonly values: Uint8Array;
}

/** Children as of one or several dates, a row each: what was known of them, and what came of it. */
export interface RiskTable {
  readonly rows: number;
  readonly factors: readonly Factor[];
  /** By factor, then by row. NaN: unknown; Infinity: longer ago than the registry reaches, that is, never. */
  readonly columns: readonly Float32Array[];
  /** The dates as of which children are described: the first day of a quarter. What began before it is known. */
  readonly blocks: readonly Day[];
  /** By row, an index into `blocks`. */
  readonly block: Uint8Array;
  /** Keys of persons, by row. */
  readonly person: Uint32Array;
  /** Rows with one value are of one family, or of families that a child moved between: never to be split. */
  readonly family: Uint32Array;
  /** Rows x HORIZON_YEARS: the share of each year that lies before the 18th birthday, which is known beforehand. */
  readonly exposure: Float32Array;
  /**
   * Rows x HORIZON_YEARS: the share of each year in which the child was under 18 and could be seen: before a move, a death or the end of the
   * data, whatever came of the child. Where it is `exposure`, the year was seen whole.
   */
  readonly observed: Float32Array;
  /** The year, 1..5, in which the child first became a client of child protection; 0: in none that was observed. */
  readonly outcome: Uint8Array;
  readonly groupings: readonly RiskGrouping[];
}
