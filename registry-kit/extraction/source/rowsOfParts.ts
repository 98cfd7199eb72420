import { mapGenerator } from '../../../lib/mapGenerator.js';
import type { ReadBatch } from './rowBatch.js';
import type { RowPlace } from './source.js';

/** A part of a table's rows: a file of an export, or of an answer. */
export interface RowsPart {
  /** Names it in the list of rejects. */
  readonly file: string;
  /** In bytes, or in any unit that all parts share. */
  readonly size: number;
}

/** Reads the columns of a part; returns the columns that had a value in no row. */
type ReadPart<Part> = (part: Part) => AsyncGenerator<ReadBatch, readonly string[]>;

/** The rows of all parts of a table, numbered in turn. */
export class RowsOfParts<Part extends RowsPart> {
  /** The number of rows before each part that was begun. */
  private readonly before: number[] = [];
  private unseenIn: readonly string[] | undefined;

  constructor(
    private readonly parts: readonly Part[],
    private readonly readPart: ReadPart<Part>,
  ) {}

  /** See SourceRows. */
  get unseen(): readonly string[] {
    return this.unseenIn ?? [];
  }

  /** See SourceRows. */
  placeOf(row: number): RowPlace {
    const index = this.before.findLastIndex((count) => count < row);
    return { file: this.parts[index]!.file, row: row - this.before[index]! };
  }

  /** Call it once. */
  async *read(): AsyncGenerator<ReadBatch> {
    const total = this.parts.reduce((sum, { size }) => sum + size, 0);
    let [done, rows] = [0, 0];
    for (const part of this.parts) {
      const before = rows;
      this.before.push(before);
      const unseen = yield* mapGenerator(this.readPart(part), (batch) => {
        rows = Math.max(rows, before + lastRow(batch));
        const share = (done + batch.share * part.size) / Math.max(1, total);
        return { ...(before === 0 ? batch : shifted(batch, before)), share };
      });
      this.unseenIn = this.unseenIn?.filter((column) => unseen.includes(column)) ?? unseen;
      done += part.size;
    }
  }
}

/** The number of the last row of a batch; 0 if it has none. */
export function lastRow({ rowNumbers, rejected, leftOut }: Omit<ReadBatch, 'share'>): number {
  return Math.max(0, rowNumbers.at(-1) ?? 0, rejected.at(-1)?.row ?? 0, leftOut?.at(-1) ?? 0);
}

function shifted(batch: ReadBatch, by: number): ReadBatch {
  return {
    ...batch,
    rowNumbers: batch.rowNumbers.map((row) => row + by),
    rejected: batch.rejected.map((reject) => ({ ...reject, row: reject.row + by })),
    leftOut: batch.leftOut?.map((row) => row + by),
  };
}
