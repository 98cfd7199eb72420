import type { LocalizedText } from '../../schema/language.js';

/** A kind of rows, such as visits to emergency care. */
export interface RowKind {
  /** Its name in feature ids: a service code, or a word. */
  readonly id: string;
  /** A plural or an uncountable noun that fits before "in 12 months". */
  readonly label: LocalizedText;
  readonly table: string;
  /** The column of the start day. The table is sorted by it. */
  readonly start: string;
  /** Selects rows of the table. Without it, all rows count. */
  readonly where?: RowTest;
  /** The coordinates that reveal the existence and the day of such a row. */
  readonly reads: readonly string[];
}

/** A test of a column: the code is in a list or has a prefix, or the number has a minimum. */
export type RowTest =
  | { readonly column: string; readonly codes: readonly string[] }
  | { readonly column: string; readonly prefixes: readonly string[] }
  | { readonly column: string; readonly atLeast: number };

/** A number in a row, such as the euros of a month. */
export interface RowNumber {
  readonly id: string;
  readonly label: LocalizedText;
  readonly column: string;
  readonly coordinate: string;
}

/**
 * A statistic of the rows of one or several persons. If `months` is undefined, all data of the registry
 * counts.
 */
export type Statistic =
  /** The number of rows. */
  | { readonly kind: 'count'; readonly of: RowKind; readonly months: number | undefined }
  /** The sum of a number in the rows. */
  | { readonly kind: 'sum'; readonly of: RowKind; readonly number: RowNumber; readonly months: number }
  /** The mean of a number in the rows. */
  | { readonly kind: 'mean'; readonly of: RowKind; readonly number: RowNumber; readonly months: number }
  /** Days since the start of the last row. Infinity if there is none. */
  | { readonly kind: 'since'; readonly of: RowKind }
  /** The number in the last year minus the yearly number in the two years before it. */
  | { readonly kind: 'trend'; readonly of: RowKind }
  /** The number of kinds that have at least one row. */
  | {
      readonly kind: 'variety';
      readonly id: string;
      readonly label: LocalizedText;
      readonly of: readonly RowKind[];
      readonly months: number;
    }
  /**
   * The number of persons with rows of both kinds at most a year apart, the later in the last three years.
   */
  | { readonly kind: 'coOccurrence'; readonly of: readonly [RowKind, RowKind] }
  /** The number of ongoing rows: begun and not ended before the quarter. */
  | {
      readonly kind: 'ongoing';
      readonly of: RowKind;
      readonly end: { readonly column: string; readonly coordinate: string };
    };

/** Windows of `trend` and `coOccurrence`. */
export const TREND_MONTHS = { recent: 12, whole: 36 };
export const CO_OCCURRENCE = { days: 365, months: 36 };

export const countsOf = (of: RowKind, ...months: (number | undefined)[]): Statistic[] =>
  months.map((window) => ({ kind: 'count', of, months: window }));
export const sumsOf = (of: RowKind, number: RowNumber, ...months: number[]): Statistic[] =>
  months.map((window) => ({ kind: 'sum', of, number, months: window }));
export const meansOf = (of: RowKind, number: RowNumber, ...months: number[]): Statistic[] =>
  months.map((window) => ({ kind: 'mean', of, number, months: window }));
export const daysSinceLast = (...kinds: RowKind[]): Statistic[] => kinds.map((of) => ({ kind: 'since', of }));
export const trendsOf = (...kinds: RowKind[]): Statistic[] => kinds.map((of) => ({ kind: 'trend', of }));
/** Both kinds must be in the same table, because its rows are read in the order of their days. */
export function coOccurrence(first: RowKind, second: RowKind): Statistic {
  if (first.table !== second.table) throw new Error(`${first.id} and ${second.id} are in different tables.`);
  return { kind: 'coOccurrence', of: [first, second] };
}
