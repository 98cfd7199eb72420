import {
  DOUBLE,
  DuckDBDataChunk,
  INTEGER,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBType,
} from '@duckdb/node-api';
import { sqlName, sqlText } from '../../storage/memoryDatabase.js';
import type { ColumnDefinition } from '../columns/tableDefinition.js';
import type { StoredRow } from './rows/rowReader.js';

/** Rows that DuckDB takes at a time. */
const CHUNK_ROWS = 2048;

/** A column of the table that is being gathered. */
export interface StagingColumn {
  readonly name: string;
  readonly kind: ColumnDefinition['kind'];
  /** Of a code: the texts by number, complete when the table is written. */
  readonly texts: readonly string[] | undefined;
}

const TYPES: Readonly<Record<ColumnDefinition['kind'], DuckDBType>> = {
  day: INTEGER,
  code: USMALLINT,
  record: UBIGINT,
  person: UINTEGER,
  family: UINTEGER,
  number: DOUBLE,
};

/** Gathers the linked rows of one table in memory, where DuckDB finds duplicates, sorts and writes them. */
export class StagingTable {
  private readonly types: readonly DuckDBType[];
  /** Values of rows not yet handed over, by column: subject, the table's columns, row number. */
  private readonly pending: (number | bigint | null)[][];
  private rows = 0;

  private constructor(
    private readonly connection: DuckDBConnection,
    private readonly appender: DuckDBAppender,
    private readonly columns: readonly StagingColumn[],
  ) {
    this.types = [UINTEGER, ...columns.map(({ kind }) => TYPES[kind]), UINTEGER];
    this.pending = this.types.map(() => []);
  }

  static async create(
    connection: DuckDBConnection,
    columns: readonly StagingColumn[],
  ): Promise<StagingTable> {
    const declared = columns.map(({ name, kind }) => `${sqlName(name)} ${TYPES[kind].toString()}`);
    const all = ['subject UINTEGER', ...declared, 'source_row UINTEGER'];
    await connection.run(`CREATE OR REPLACE TABLE staging (${all.join(', ')})`);
    await connection.run('CREATE OR REPLACE TABLE duplicates (source_row UINTEGER)');
    return new StagingTable(connection, await connection.createAppender('staging'), columns);
  }

  append(row: StoredRow, sourceRow: number): void {
    row.forEach((value, index) => this.pending[index]!.push(value));
    this.pending.at(-1)!.push(sourceRow);
    this.rows++;
    if (this.pending[0]!.length === CHUNK_ROWS) this.flush();
  }

  /** Sets aside all rows but the first that share a value of a column; gives their row numbers in the source. */
  async setDuplicatesAside(column: string): Promise<readonly number[]> {
    this.flush();
    this.appender.flushSync();
    const name = sqlName(column);
    // Grouping first finds the few that occur twice; only those are numbered.
    await this.connection.run(
      `INSERT INTO duplicates
       SELECT source_row FROM staging
       SEMI JOIN (SELECT ${name} FROM staging GROUP BY ${name} HAVING count(*) > 1) repeated USING (${name})
       QUALIFY row_number() OVER (PARTITION BY ${name} ORDER BY source_row) > 1`,
    );
    const found = await this.connection.runAndReadAll(
      'SELECT source_row FROM duplicates ORDER BY source_row',
    );
    const duplicates = found.getRows().map(([row]) => Number(row));
    this.rows -= duplicates.length;
    return duplicates;
  }

  /** Writes the rows in the order of subject, then of a column, then of the source; gives how many there are. */
  async write(path: string, order: string): Promise<number> {
    this.flush();
    this.appender.closeSync();
    const selected = this.columns.map((column) => `${this.stored(column)} AS ${sqlName(column.name)}`);
    await this.connection.run(
      `COPY (
         SELECT ${['subject', ...selected].join(', ')} FROM staging ANTI JOIN duplicates USING (source_row)
         ORDER BY staging.subject, staging.${sqlName(order)}, staging.source_row
       ) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    await this.connection.run('DROP TABLE staging');
    return this.rows;
  }

  private flush(): void {
    const rows = this.pending[0]!.length;
    if (rows === 0) return;
    const chunk = DuckDBDataChunk.create(this.types, rows);
    this.pending.forEach((values, index) => {
      chunk.setColumnValues(index, values);
      values.length = 0;
    });
    this.appender.appendDataChunk(chunk);
  }

  /** How a column is stored: days as dates, codes as texts. */
  private stored({ name, kind, texts }: StagingColumn): string {
    const column = sqlName(name);
    if (kind === 'day') return `(DATE '1970-01-01' + ${column})`;
    if (kind !== 'code') return column;
    if (!texts || texts.length === 0) return 'NULL::VARCHAR';
    return `([${texts.map(sqlText).join(', ')}])[${column} + 1]`;
  }
}
