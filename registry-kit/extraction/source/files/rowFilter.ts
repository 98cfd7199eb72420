import { mapGenerator } from '../../../../lib/mapGenerator.js';
import type { RowSource } from '../../mapping/mapping.js';
import type { ReadBatch } from '../rowBatch.js';

/** Reads the columns that `where` of a mapping tests next to those that are wanted, and leaves rows out. */
export class RowFilter {
  /** The columns to read: those that are wanted, then those that are only tested. */
  readonly read: readonly string[];

  constructor(
    private readonly wanted: readonly string[],
    private readonly where: RowSource['where'],
  ) {
    this.read = [...new Set([...wanted, ...(where?.keys() ?? [])])];
  }

  apply<Result>(batches: AsyncGenerator<ReadBatch, Result>): AsyncGenerator<ReadBatch, Result> {
    const { where } = this;
    return where ? mapGenerator(batches, (batch) => this.filtered(batch, where)) : batches;
  }

  private filtered(
    { columns, rowNumbers, rejected, share }: ReadBatch,
    where: NonNullable<RowSource['where']>,
  ): ReadBatch {
    const tests = [...where].map(([column, test]) => ({ texts: columns[this.read.indexOf(column)]!, test }));
    const leftOut: number[] = [];
    const kept: number[] = [];
    rowNumbers.forEach((row, index) => {
      const isKept = tests.every(({ texts, test }) => test(texts[index] === '' ? [] : [texts[index]!]));
      if (isKept) kept.push(index);
      else leftOut.push(row);
    });
    return {
      columns: columns.slice(0, this.wanted.length).map((texts) => kept.map((index) => texts[index]!)),
      rowNumbers: kept.map((index) => rowNumbers[index]!),
      rejected,
      leftOut,
      share,
    };
  }
}
