import { DuckDBTableFunction, type DuckDBDataChunk } from '@duckdb/node-api';
import { sqlName, sqlText, withMemoryDatabase } from '../../../storage/memoryDatabase.js';
import { parquetFooter } from '../../../storage/parquetSource.js';
import type { Field } from './rowLayout.js';
import type { StagingColumn } from './stagingTable.js';

/** Rows that DuckDB takes at a time. */
const CHUNK_ROWS = 2048;

/** Some rows in the order in which they are written: where each begins in a view. */
export interface SortedRows {
  readonly view: DataView;
  readonly rows: Uint32Array;
}

type WrittenColumn = StagingColumn & { readonly field: Field };

/**
 * Writes sorted rows as a Parquet file. DuckDB draws them as it writes, so that never more than a few are in memory.
 * @returns how many rows the file has, by its own metadata
 */
export async function writeParquet(
  path: string,
  subject: Field,
  columns: readonly WrittenColumn[],
  sorted: Iterator<SortedRows>,
): Promise<number> {
  const chunks = chunksOf(sorted);
  const fields = [subject, ...columns.map(({ field }) => field)];
  let failure: { readonly cause: unknown } | undefined;
  const rows = DuckDBTableFunction.create({
    name: 'sorted_rows',
    bindFunction: (bind) => {
      fields.forEach(({ type }, index) => bind.addResultColumn(`c${index}`, type));
    },
    initFunction: (init) => {
      // Several threads would not keep the order.
      init.setMaxThreads(1);
      init.setInitData({});
    },
    mainFunction: (info, output) => {
      try {
        const next = chunks.next();
        if (next.done) output.rowCount = 0;
        else fillChunk(output, next.value, fields);
      } catch (cause) {
        failure = { cause };
        info.setError('The rows could not be read.');
      }
    },
  });
  const selected = columns.map(
    (column, index) => `${stored(column, `c${index + 1}`)} AS ${sqlName(column.name)}`,
  );
  try {
    return await withMemoryDatabase(async (connection) => {
      connection.registerTableFunction(rows);
      await connection.run(
        `COPY (SELECT ${['c0 AS subject', ...selected].join(', ')} FROM sorted_rows())
         TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      const written = await connection.runAndReadAll(`SELECT num_rows::DOUBLE FROM ${parquetFooter(path)}`);
      return written.getRows()[0]![0] as number;
    });
  } catch (cause) {
    throw failure ? failure.cause : cause;
  } finally {
    rows.destroySync();
  }
}

function* chunksOf(sorted: Iterator<SortedRows>): Generator<SortedRows> {
  for (let next = sorted.next(); !next.done; next = sorted.next()) {
    const { view, rows } = next.value;
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      yield { view, rows: rows.subarray(from, from + CHUNK_ROWS) };
    }
  }
}

function fillChunk(output: DuckDBDataChunk, { view, rows }: SortedRows, fields: readonly Field[]): void {
  output.rowCount = rows.length;
  fields.forEach(({ offset, read }, index) => {
    const vector = output.getColumnVector(index);
    for (let row = 0; row < rows.length; row++) vector.setItem(row, read(view, rows[row]! + offset));
    vector.flush();
  });
}

/** How a column is stored: days as dates, codes as texts. */
function stored({ kind, texts, field }: WrittenColumn, column: string): string {
  const nothing = kind === 'number' ? `'NaN'::DOUBLE` : `(${field.nothing})`;
  const value = `nullif(${column}, ${nothing}::${field.type.toString()})`;
  if (kind === 'day') return `(DATE '1970-01-01' + ${value})`;
  if (kind !== 'code') return value;
  if (!texts || texts.length === 0) return 'NULL::VARCHAR';
  return `([${texts.map(sqlText).join(', ')}])[${value} + 1]`;
}
