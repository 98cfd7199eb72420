import type { Reject } from './rows/rejectReason.js';
import { readSource } from './source/readSource.js';
import type { TableExtraction } from './tableExtraction.js';

/** Takes a row of a batch, or says why it cannot. */
type TakeRow = (columns: readonly (readonly string[])[], index: number, number: number) => Reject | undefined;

/**
 * Reads a source file row by row, counts what is rejected and tells how far it is.
 * @returns how many rows there were by the numbers that the file's reader gave them, so that a row lost on the way is missed
 */
export async function readRows(
  file: string,
  columns: readonly string[],
  { folder, reader, rejects, meter }: TableExtraction,
  take: TakeRow,
): Promise<number> {
  let rows = 0;
  for await (const batch of readSource(folder, file, columns, reader)) {
    for (const { row, reason } of batch.rejected) {
      rows = Math.max(rows, row);
      rejects.add(file, row, { reason, columns: [] });
    }
    batch.rowNumbers.forEach((number, index) => {
      rows = Math.max(rows, number);
      const reject = take(batch.columns, index, number);
      if (reject !== undefined) rejects.add(file, number, reject);
    });
    await rejects.flush();
    meter.read(rows, batch.share);
  }
  return rows;
}
