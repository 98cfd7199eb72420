import type { Day } from '../../lib/calendar.js';
import { type Feature, HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { binOf } from '../model/modelContent.js';
import { sharedBytes, sharedFloats, sharedNumbers } from './smallTree.js';

/** A grouping of children, to evaluate the fairness of a model. */
export interface RiskGrouping {
  /** `sex`, `age`, `district`, `language`, `familyType` */
  readonly name: string;
  readonly labels: readonly string[];
  /** By row, an index into `labels`. */
  readonly values: Uint8Array;
}

/** Children as of one or several dates, one row each: their factors and their outcomes. */
export interface RiskTable {
  readonly rows: number;
  readonly factors: readonly Feature[];
  /** By factor, then by row. NaN: unknown; Infinity: longer ago than the registry reaches, that is, never. */
  readonly columns: readonly Float32Array[];
  /**
   * The dates that the factors refer to: the first day of a quarter. The factors cover what began before it.
   */
  readonly blocks: readonly Day[];
  /** By row, an index into `blocks`. */
  readonly block: Uint8Array;
  /** Keys of persons, by row. */
  readonly person: Uint32Array;
  /**
   * Rows with the same value are of one family, or of families between which a child moved. They are never
   * split.
   */
  readonly family: Uint32Array;
  /** Rows x HORIZON_YEARS: the share of each year before the 18th birthday. It is known in advance. */
  readonly exposure: Float32Array;
  /**
   * Rows x HORIZON_YEARS: the share of each year in which the child was under 18 and observed: before a move,
   * a death or the end of the data, whatever the outcome. If it equals `exposure`, the whole year was
   * observed.
   */
  readonly observed: Float32Array;
  /** The year, 1..5, in which the child first became a client of child protection; 0: in no observed year. */
  readonly outcome: Uint8Array;
  readonly groupings: readonly RiskGrouping[];
}

/** Cuts of age: a bin for each year of childhood. */
export const AGE_CUTS: readonly number[] = Array.from({ length: 17 }, (_, age) => age + 1);
/** Bins of age, including the one for an unknown age. */
export const AGE_BINS = AGE_CUTS.length + 2;

/**
 * The years in which children could become clients, one after the other. A child's factors are the same in
 * all of them; only age and year differ. Gradients are therefore summed by child first.
 */
export interface ChildYears {
  readonly children: number;
  /** Children + 1: the first child-year of each child. */
  readonly start: Uint32Array;
  /** By child-year: year x AGE_BINS + bin of the age attained by its beginning. */
  readonly cell: Uint8Array;
  /** By child-year: the share of it in which the child was observed as a minor. */
  readonly share: Float32Array;
  /** By child: 1 if the child became a client in the last of its years. */
  readonly event: Uint8Array;
  /** By child. */
  readonly family: Uint32Array;
}

/** @param rows the selected rows of the table, one per child */
export function computeChildYears(table: RiskTable, rows: Uint32Array, age: Float32Array): ChildYears {
  const start = sharedNumbers(rows.length + 1);
  const cell = sharedBytes(rows.length * HORIZON_YEARS);
  const share = sharedFloats(rows.length * HORIZON_YEARS);
  const event = sharedBytes(rows.length);
  const family = sharedNumbers(rows.length);
  let end = 0;
  rows.forEach((row, child) => {
    const outcome = table.outcome[row]!;
    const last = outcome === 0 ? HORIZON_YEARS : outcome;
    for (let year = 0; year < last; year++) {
      const at = row * HORIZON_YEARS + year;
      const seen = Math.min(table.exposure[at]!, table.observed[at]!);
      // A client's year counts even if the observed share of it is rounded to nothing.
      if (seen === 0 && year + 1 !== outcome) continue;
      cell[end] = year * AGE_BINS + binOf(AGE_CUTS, age[row]! + year);
      share[end++] = seen === 0 ? 1 : seen;
    }
    start[child + 1] = end;
    event[child] = outcome === 0 ? 0 : 1;
    family[child] = table.family[row]!;
  });
  return { children: rows.length, start, cell, share, event, family };
}
