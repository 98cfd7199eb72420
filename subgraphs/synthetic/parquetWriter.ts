import {
  DuckDBDateValue,
  DuckDBInstance,
  type DuckDBAppender,
  type DuckDBConnection,
} from '@duckdb/node-api';

export type ColumnType = 'VARCHAR' | 'DATE' | 'DOUBLE' | 'INTEGER';

/** A cell; dates are days since 1970-01-01. */
export type Cell = string | number | null;

/** Fixed, as are the single thread and the codec, so that the same rows give the same bytes. */
const ROW_GROUP = 122_880;

/** Gathers rows in an in-memory DuckDB table, in order, and writes them as one Parquet file. */
export class ParquetWriter {
  private written = 0;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly appender: DuckDBAppender,
    private readonly types: readonly ColumnType[],
    private readonly path: string,
  ) {}

  static async open(path: string, columns: Readonly<Record<string, ColumnType>>): Promise<ParquetWriter> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    await connection.run(`CREATE TABLE export (${definitions.join(', ')})`);
    const appender = await connection.createAppender('export');
    return new ParquetWriter(instance, connection, appender, Object.values(columns), path);
  }

  get rows(): number {
    return this.written;
  }

  write(cells: readonly Cell[]): void {
    for (let i = 0; i < this.types.length; i++) this.append(this.types[i] as ColumnType, cells[i] ?? null);
    this.appender.endRow();
    this.written++;
  }

  async close(): Promise<void> {
    this.appender.closeSync();
    await this.connection.run(
      `COPY export TO '${this.path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP})`,
    );
    this.connection.closeSync();
    this.instance.closeSync();
  }

  private append(type: ColumnType, cell: Cell): void {
    if (cell === null) this.appender.appendNull();
    else if (type === 'VARCHAR') this.appender.appendVarchar(String(cell));
    else if (type === 'DOUBLE') this.appender.appendDouble(Number(cell));
    else if (type === 'INTEGER') this.appender.appendInteger(Number(cell));
    else this.appender.appendDate(new DuckDBDateValue(Number(cell)));
  }
}
