import type { Labels } from './feature.js';

/** Rows of one kind: visits to emergency care. */
export interface RowKind {
  /** As factors name it: a service's code, or a word. */
  readonly id: string;
  /** A plural, or a noun of mass, as it stands before "in 12 months". */
  readonly label: Labels;
  readonly table: string;
  /** The column of the day on which a row begins; the table is in its order. */
  readonly start: string;
  /** Which rows of the table; without it all. */
  readonly where?: RowTest;
  /** The coordinates that tell that there is such a row, and when. */
  readonly reads: readonly string[];
}

/** A code that is one of some, or begins with one of them; or a number that is at least so large. */
export type RowTest =
  | { readonly column: string; readonly codes: readonly string[] }
  | { readonly column: string; readonly prefixes: readonly string[] }
  | { readonly column: string; readonly atLeast: number };

/** A number in a row of some kind: euros of a month. */
export interface RowNumber {
  readonly id: string;
  readonly label: Labels;
  readonly column: string;
  readonly coordinate: string;
}

/** What is made of the rows of a person, or of several persons together. `months` undefined: as far as the registry reaches. */
export type Statistic =
  /** How many. */
  | { readonly kind: 'count'; readonly of: RowKind; readonly months: number | undefined }
  /** A number in them, summed. */
  | { readonly kind: 'sum'; readonly of: RowKind; readonly number: RowNumber; readonly months: number }
  /** A number in them, on average a row. */
  | { readonly kind: 'mean'; readonly of: RowKind; readonly number: RowNumber; readonly months: number }
  /** Days since the last began; Infinity where there is none. */
  | { readonly kind: 'since'; readonly of: RowKind }
  /** How many in the last year, less the yearly number of the two years before it. */
  | { readonly kind: 'trend'; readonly of: RowKind }
  /** How many kinds of them there are any of. */
  | {
      readonly kind: 'variety';
      readonly id: string;
      readonly label: Labels;
      readonly of: readonly RowKind[];
      readonly months: number;
    }
  /** How many persons have both, at most a year apart, the later in the last three years. */
  | { readonly kind: 'together'; readonly of: readonly [RowKind, RowKind] }
  /** How many go on: begun, and not ended before the quarter. */
  | {
      readonly kind: 'ongoing';
      readonly of: RowKind;
      readonly end: { readonly column: string; readonly coordinate: string };
    };

/** Windows of `trend` and `together`, in months. */
export const TREND_MONTHS = { recent: 12, whole: 36 };
export const TOGETHER = { days: 365, months: 36 };

export const counts = (of: RowKind, ...months: (number | undefined)[]): Statistic[] =>
  months.map((window) => ({ kind: 'count', of, months: window }));
export const sums = (of: RowKind, number: RowNumber, ...months: number[]): Statistic[] =>
  months.map((window) => ({ kind: 'sum', of, number, months: window }));
export const means = (of: RowKind, number: RowNumber, ...months: number[]): Statistic[] =>
  months.map((window) => ({ kind: 'mean', of, number, months: window }));
export const since = (...kinds: RowKind[]): Statistic[] => kinds.map((of) => ({ kind: 'since', of }));
export const trends = (...kinds: RowKind[]): Statistic[] => kinds.map((of) => ({ kind: 'trend', of }));
/** Of rows of one table, which are read in the order of their days. */
export function together(first: RowKind, second: RowKind): Statistic {
  if (first.table !== second.table) throw new Error(`${first.id} and ${second.id} are rows of two tables.`);
  return { kind: 'together', of: [first, second] };
}
