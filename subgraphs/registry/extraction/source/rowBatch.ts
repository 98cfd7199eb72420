/** Some rows of a source file: texts of the columns asked for, in the order asked for. */
export interface RowBatch {
  /** For each column the text of each row; empty where the source has none. */
  readonly columns: readonly (readonly string[])[];
  /** For each row its number in the file: data rows are counted from 1. */
  readonly rowNumbers: readonly number[];
  /** Numbers of the rows that could not be split into fields. */
  readonly malformed: readonly number[];
}
