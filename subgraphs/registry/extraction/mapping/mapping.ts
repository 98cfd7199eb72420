import type { Scheme } from '../../../linkage/scheme.js';
import type { DecimalSign } from '../rows/parseNumber.js';

export interface CsvFormat {
  readonly type: 'csv';
  readonly delimiter: string;
  readonly quote: string;
  /** A label of the Encoding Standard. */
  readonly encoding: string;
}

export type SourceFormat = (CsvFormat | { readonly type: 'parquet' }) & {
  /** The IANA zone of times that have neither zone nor offset; undefined: their day is taken as written. */
  readonly zone?: string | undefined;
};

interface ColumnBase {
  /** The column of the registry's table. */
  readonly name: string;
  /** The source's column; of a record the columns that its id is made of, where they are several. */
  readonly from: string | readonly string[];
  readonly optional: boolean;
  /** Texts that stand for nothing, as an empty one does. */
  readonly missing?: ReadonlySet<string> | undefined;
}

/** How one column of a table is read, by its kind. */
export type ColumnMapping =
  | (ColumnBase & {
      readonly kind: 'day';
      /** How days are written; see dateParser. */
      readonly dates: string;
      /** The first of the hundred years that years of two digits stand for. */
      readonly firstYear?: number | undefined;
      /** The zone of times that have neither zone nor offset. */
      readonly zone?: string | undefined;
      readonly lastDayOfMonth: boolean;
    })
  | (ColumnBase & {
      readonly kind: 'code';
      /** Source value -> code; undefined: the source's values are the codes. */
      readonly values: ReadonlyMap<string, string> | undefined;
      readonly list: string | undefined;
      /** All the codes there are, where the registry's definition has them. */
      readonly enumeration?: readonly string[] | undefined;
    })
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'constant'; readonly code: string })
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'constant-value'; readonly value: number })
  /** Optional, and the source has nothing for it. */
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'absent' })
  | (ColumnBase & { readonly kind: 'person' | 'family'; readonly scheme: Scheme })
  | (ColumnBase & {
      readonly kind: 'record';
      /** The table whose record it is, and must exist; undefined: the one that the column is in. */
      readonly of: string | undefined;
    })
  | (ColumnBase & {
      readonly kind: 'number';
      /** Undefined: plain decimals. */
      readonly decimal?: DecimalSign | undefined;
    });

/** How one file becomes one table. */
export interface TableMapping {
  readonly name: string;
  readonly file: string;
  readonly subject: {
    readonly from: string;
    readonly scheme: Scheme;
    readonly missing?: ReadonlySet<string> | undefined;
  };
  /** A column that no two rows share. */
  readonly unique: string | undefined;
  /** The column of records that other tables name; undefined where none does. */
  readonly records?: string | undefined;
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
  /** What the mapping leaves unchecked, each with its place in the file. */
  readonly notices: readonly string[];
}

/** The source columns that a table is made of, each once. */
export function sourceColumns(table: TableMapping): readonly string[] {
  return [...new Set([table.subject.from, ...table.columns.flatMap(columnsOf)])];
}

/** The source columns that a column is made of. */
export function columnsOf(column: ColumnMapping): readonly string[] {
  return 'from' in column ? [column.from].flat() : [];
}

/** The table with its days read as what they are where the source's columns are days or times by their type. */
export function withTypedDays(table: TableMapping, typed: ReadonlySet<string>): TableMapping {
  const columns = table.columns.map((column) =>
    column.kind === 'day' && columnsOf(column).every((from) => typed.has(from))
      ? { ...column, dates: 'typed' }
      : column,
  );
  return { ...table, columns };
}

/** What the source does not keep: tables, and columns as `table.column`. */
export function absentIn({ absent, tables }: Mapping): readonly string[] {
  const columns = tables.flatMap(({ name, columns: all }) =>
    all.flatMap((column) => (column.kind === 'absent' ? [`${name}.${column.name}`] : [])),
  );
  return [...absent, ...columns].sort();
}
