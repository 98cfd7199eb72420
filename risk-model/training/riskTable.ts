import type { Day } from '../../lib/calendar.js';
import { type Factor, HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { binOf } from '../model/modelContent.js';
import { sharedBytes, sharedFloats, sharedNumbers } from './smallTree.js';

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

/** Cuts of age: a bin for each year of childhood. */
export const AGE_CUTS: readonly number[] = Array.from({ length: 17 }, (_, age) => age + 1);
/** Bins of age, that of an unknown one included. */
export const AGE_BINS = AGE_CUTS.length + 2;

/**
 * The years in which children could become clients, laid one after the other. What a child is made of is the same in all of
 * them; only age and year differ, so gradients are summed by child before anything else is made of them.
 */
export interface ChildYears {
  readonly children: number;
  /** Children + 1: where each one's years begin. */
  readonly start: Uint32Array;
  /** By child-year: year x AGE_BINS + bin of the age attained by its beginning. */
  readonly cell: Uint8Array;
  /** By child-year: the share of it in which the child could be seen as a minor. */
  readonly share: Float32Array;
  /** By child: 1 where the last of the years brought clientship. */
  readonly became: Uint8Array;
  /** By child. */
  readonly family: Uint32Array;
}

/** @param rows the table's rows that are taken, each a child */
export function layChildYears(table: RiskTable, rows: Uint32Array, age: Float32Array): ChildYears {
  const start = sharedNumbers(rows.length + 1);
  const cell = sharedBytes(rows.length * HORIZON_YEARS);
  const share = sharedFloats(rows.length * HORIZON_YEARS);
  const became = sharedBytes(rows.length);
  const family = sharedNumbers(rows.length);
  let end = 0;
  rows.forEach((row, child) => {
    const outcome = table.outcome[row]!;
    const last = outcome === 0 ? HORIZON_YEARS : outcome;
    for (let year = 0; year < last; year++) {
      const at = row * HORIZON_YEARS + year;
      const seen = Math.min(table.exposure[at]!, table.observed[at]!);
      // A clientship is seen even where the share of the year in which it could be is rounded to nothing.
      if (seen === 0 && year + 1 !== outcome) continue;
      cell[end] = year * AGE_BINS + binOf(AGE_CUTS, age[row]! + year);
      share[end++] = seen === 0 ? 1 : seen;
    }
    start[child + 1] = end;
    became[child] = outcome === 0 ? 0 : 1;
    family[child] = table.family[row]!;
  });
  return { children: rows.length, start, cell, share, became, family };
}
