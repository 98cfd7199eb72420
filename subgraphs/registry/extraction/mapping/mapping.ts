import type { Scheme } from '../../../linkage/scheme.js';

/**
 * How days are written in a source: 2012-05-14, 2012-05-14T21:30:00Z, 14.05.2012, or 2012-05 for the first day of a month.
 */
export type DateFormat = 'iso' | 'iso-time' | 'dd.mm.yyyy' | 'yyyy-mm';

export interface CsvFormat {
  readonly type: 'csv';
  readonly delimiter: string;
  readonly quote: string;
  /** A label of the Encoding Standard. */
  readonly encoding: string;
}

export type SourceFormat = CsvFormat | { readonly type: 'parquet' };

interface ColumnBase {
  /** The column of the registry's table. */
  readonly name: string;
  /** The source's column. */
  readonly from: string;
  readonly optional: boolean;
}

/** How one column of a table is read, by its kind. */
export type ColumnMapping =
  | (ColumnBase & { readonly kind: 'day'; readonly dates: DateFormat; readonly lastDayOfMonth: boolean })
  | (ColumnBase & {
      readonly kind: 'code';
      /** Source value -> code; undefined: the source's values are the codes. */
      readonly values: ReadonlyMap<string, string> | undefined;
      readonly list: string | undefined;
    })
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'constant'; readonly code: string })
  /** Optional, and the source has nothing for it. */
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'absent' })
  | (ColumnBase & { readonly kind: 'person' | 'family'; readonly scheme: Scheme })
  | (ColumnBase & {
      readonly kind: 'record';
      /** The table whose record it is; undefined: the one that the column is in. */
      readonly of: string | undefined;
    })
  | (ColumnBase & { readonly kind: 'number' });

/** How one file becomes one table. */
export interface TableMapping {
  readonly name: string;
  readonly file: string;
  readonly subject: { readonly from: string; readonly scheme: Scheme };
  /** A column that no two rows share. */
  readonly unique: string | undefined;
  /** Columns of days whose first must not be after the second. */
  readonly interval: readonly [start: string, end: string] | undefined;
  readonly columns: readonly ColumnMapping[];
}

/** How a departmental system's export becomes a registry. */
export interface Mapping {
  readonly registry: string;
  readonly format: SourceFormat;
  /** The table whose subjects are all the persons there are. */
  readonly knows: string | undefined;
  readonly codeChanges:
    | { readonly file: string; readonly old: string; readonly new: string; readonly scheme: Scheme }
    | undefined;
  readonly tables: readonly TableMapping[];
  /** Tables for which the source has nothing. */
  readonly absent: readonly string[];
}

/** The source columns that a table is made of, each once. */
export function sourceColumns(table: TableMapping): readonly string[] {
  const columns = table.columns.flatMap((column) => ('from' in column ? [column.from] : []));
  return [...new Set([table.subject.from, ...columns])];
}
