import type { RejectReason } from '../rows/rejectReason.js';

/** A row that could not be read, whatever it holds. */
export interface RejectedRow {
  readonly row: number;
  readonly reason: RejectReason & ('malformed-row' | 'lone-quote' | 'wrong-encoding');
}

/** Some rows of a source file: texts of the columns asked for, in the order asked for. */
export interface RowBatch {
  /** For each column the text of each row; empty where the source has none. */
  readonly columns: readonly (readonly string[])[];
  /** For each row its number in the file: data rows are counted from 1. */
  readonly rowNumbers: readonly number[];
  readonly rejected: readonly RejectedRow[];
}

/** A batch, and how much of the file has been read with it, from 0 to 1. */
export interface ReadBatch extends RowBatch {
  readonly share: number;
}
