import { binOf } from '../model/bins.js';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import type { RiskTable } from './riskTable.js';
import { sharedBytes, sharedFloats, sharedNumbers } from './sharedArrays.js';

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
