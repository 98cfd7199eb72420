import { rmSync } from 'node:fs';
import {
  DATE,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import type { Cell } from './badRows.js';

const TYPES = { VARCHAR, DATE, DOUBLE, INTEGER } satisfies Record<string, DuckDBType>;

export type ColumnType = keyof typeof TYPES;

/** Rows that DuckDB gets at a time. */
const CHUNK_ROWS = 2048;

/** This size, the single thread and the codec are fixed, so that the same rows give the same bytes. */
const ROW_GROUP = 122_880;

/** The memory of DuckDB. Further rows wait in a temporary file next to the output. */
const MEMORY = '256MB';

/**
 * Collects rows in a DuckDB table, in order, and writes them as one Parquet file. Dates are days since
 * 1970-01-01.
 */
export class ParquetWriter {
  private readonly pending: DuckDBValue[][];
  private written = 0;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly appender: DuckDBAppender,
    private readonly types: readonly DuckDBType[],
    private readonly path: string,
  ) {
    this.pending = types.map(() => []);
  }

  static async open(path: string, columns: Readonly<Record<string, ColumnType>>): Promise<ParquetWriter> {
    const instance = await DuckDBInstance.create(gathering(path), { threads: '1', memory_limit: MEMORY });
    const connection = await instance.connect();
    const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    await connection.run(`CREATE TABLE export (${definitions.join(', ')})`);
    const appender = await connection.createAppender('export');
    const types = Object.values(columns).map((type) => TYPES[type]);
    return new ParquetWriter(instance, connection, appender, types, path);
  }

  get rows(): number {
    return this.written;
  }

  write(cells: readonly Cell[]): void {
    for (let i = 0; i < this.types.length; i++) {
      const cell = cells[i] ?? null;
      const date = cell !== null && this.types[i] === DATE;
      (this.pending[i] as DuckDBValue[]).push(date ? new DuckDBDateValue(Number(cell)) : cell);
    }
    this.written++;
    if (this.written % CHUNK_ROWS === 0) this.flush();
  }

  async close(): Promise<void> {
    this.flush();
    this.appender.closeSync();
    await this.connection.run(
      `COPY export TO '${this.path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP})`,
    );
    this.connection.closeSync();
    this.instance.closeSync();
    for (const file of [gathering(this.path), `${gathering(this.path)}.wal`]) rmSync(file, { force: true });
  }

  private flush(): void {
    const rows = (this.pending[0] as DuckDBValue[]).length;
    if (rows === 0) return;
    const chunk = DuckDBDataChunk.create(this.types, rows);
    this.pending.forEach((values, column) => {
      chunk.setColumnValues(column, values);
      values.length = 0;
    });
    this.appender.appendDataChunk(chunk);
  }
}

function gathering(path: string): string {
  return `${path}.gathering`;
}
