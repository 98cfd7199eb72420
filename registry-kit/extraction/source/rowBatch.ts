import { PolkuError } from '../../../lib/errors.js';
import type { RejectReason } from '../rows/rejectReason.js';
import type { JsonFault } from './json/jsonPath.js';
import type { SourceNames } from './sourceNames.js';

/** A row that could not be read. Its contents are not included. */
export interface RejectedRow {
  readonly row: number;
  readonly reason: RejectReason & ('malformed-row' | 'lone-quote' | 'wrong-encoding' | JsonFault);
  /** The source columns at fault; none if it is the row as a whole. */
  readonly columns: readonly string[];
}

/** Some rows of a source file: texts of the requested columns, in the requested order. */
export interface RowBatch {
  /** For each column the text of each row; empty if the source has none. */
  readonly columns: readonly (readonly string[])[];
  /** For each row its number in the source. Data rows are counted from 1. */
  readonly rowNumbers: readonly number[];
  readonly rejected: readonly RejectedRow[];
  /** The numbers of rows that `where` of the mapping leaves out. */
  readonly leftOut?: readonly number[] | undefined;
}

/** A batch, and the share of the file read so far, from 0 to 1. */
export interface ReadBatch extends RowBatch {
  readonly share: number;
}

/**
 * Checks that a source file has each column of the mapping exactly once. All missing columns are reported
 * together.
 * @param explanation describes what is wrong with the header as a whole; see explainFirstLine
 * @throws PolkuError SOURCE_COLUMNS
 */
export function requireColumns(
  file: string,
  names: SourceNames,
  needed: readonly string[],
  explanation: () => string,
): void {
  const missing = needed.filter((column) => names.positionsOf(column).length === 0);
  if (missing.length === needed.length) {
    throw new PolkuError(
      'SOURCE_COLUMNS',
      `${file} names none of the columns of the mapping: ${names.describeMissing(missing, needed)}. ${explanation()}`,
      { file, missing },
    );
  }
  if (missing.length > 0) {
    throw new PolkuError(
      'SOURCE_COLUMNS',
      `${file} lacks columns that the mapping names: ${names.describeMissing(missing, needed)}. It has ${names.count} ` +
        `columns, and ${needed.length - missing.length} of the ${needed.length} that the mapping names. ${explanation()}`,
      { file, missing },
    );
  }
  const repeated = needed.filter((column) => names.positionsOf(column).length > 1);
  if (repeated.length === 0) return;
  const places = repeated.map(
    (column) =>
      `"${column}" (columns ${names
        .positionsOf(column)
        .map((at) => at + 1)
        .join(', ')})`,
  );
  throw new PolkuError(
    'SOURCE_COLUMNS',
    `${file} has columns of the mapping more than once: ${places.join(', ')}. It is unclear which one is meant. Rename or ` +
      'remove the others in the export.',
    { file, repeated },
  );
}
