/** How cells are written; of the whole export, or of one column. */
export interface CellFormat {
  readonly dates?: string;
  readonly firstYear?: string;
  readonly decimal?: '.' | ',';
  readonly missing?: readonly string[];
}

/** A column as a mapping file writes it: the source column's name, or how it is read. */
export type ColumnEntry =
  | string
  | (CellFormat & {
      readonly from?: string | readonly string[];
      readonly constant?: string;
      readonly values?: Readonly<Record<string, string>>;
      readonly take?: 'last-day-of-month';
      readonly of?: string;
      readonly scheme?: string;
    });

export interface TableEntry {
  readonly file: string;
  readonly subject: string;
  readonly scheme?: string;
  readonly unique?: string;
  readonly interval?: readonly [string, string];
  readonly columns: Readonly<Record<string, ColumnEntry>>;
}

/** A mapping file that fits schema/mapping.schema.json. Every scalar in it is the text that stands in the file. */
export interface MappingFile {
  readonly registry: string;
  readonly scheme: string;
  readonly format: CellFormat & {
    readonly type: 'csv' | 'parquet';
    readonly delimiter?: string;
    readonly quote?: string;
    readonly encoding?: string;
    readonly zone?: string;
  };
  readonly knows?: string;
  readonly idForms?: Readonly<Record<string, string>>;
  readonly codeChanges?: { readonly file: string; readonly old: string; readonly new: string };
  readonly absent?: readonly string[];
  readonly tables: Readonly<Record<string, TableEntry>>;
}
