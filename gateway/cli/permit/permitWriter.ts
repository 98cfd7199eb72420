import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { sqlName, sqlText } from '../../../subgraphs/storage/memoryDatabase.js';
import type { PermitTable } from './permitTables.js';

type Cells = Readonly<Record<string, unknown>>;

/** Gathers the rows of one table in memory, and writes them in an order that tells nothing of keys or sources. */
export class PermitWriter {
  #rows = 0;

  private constructor(
    private readonly connection: DuckDBConnection,
    private readonly appender: DuckDBAppender,
    private readonly table: PermitTable,
  ) {}

  static async create(connection: DuckDBConnection, table: PermitTable): Promise<PermitWriter> {
    const columns = [
      ...idColumns(table).map((name) => `${sqlName(name)} VARCHAR`),
      ...table.columns.map(({ name, numeric }) => `${sqlName(name)} ${numeric ? 'DOUBLE' : 'VARCHAR'}`),
    ];
    await connection.run(`CREATE TABLE ${sqlName(table.type)} (${columns.join(', ')})`);
    return new PermitWriter(connection, await connection.createAppender(table.type), table);
  }

  get rows(): number {
    return this.#rows;
  }

  /** @param ids sealed: of the person, then of the record if it has one */
  add(ids: readonly string[], cells: Cells): void {
    for (const id of ids) this.appender.appendVarchar(id);
    for (const { name, numeric } of this.table.columns) {
      const value = cells[name];
      if (value == null) this.appender.appendNull();
      else if (numeric) this.appender.appendDouble(Number(value));
      else this.appender.appendVarchar(String(value));
    }
    this.appender.endRow();
    this.#rows++;
  }

  /** In the order of the values as they are shown, then of sealed ids. */
  async write(path: string): Promise<void> {
    this.appender.closeSync();
    const order = [...this.table.columns.map(({ name }) => name), ...idColumns(this.table)].map(sqlName);
    await this.connection.run(
      `COPY (SELECT * FROM ${sqlName(this.table.type)} ORDER BY ${order.join(', ')}) TO ${sqlText(path)} (FORMAT parquet)`,
    );
  }
}

function idColumns({ hasId }: PermitTable): readonly string[] {
  return hasId ? ['person', 'id'] : ['person'];
}
