import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { sqlName, sqlText } from '../../lib/duckdb.js';
import type { Decision } from '../../policies/engine/decision.js';
import { CODING_TYPE, type GraphField, type PolicyGraph } from '../../policies/engine/parse/policyGraph.js';

/** A column of an extract. */
interface PermitColumn {
  readonly name: string;
  readonly coordinate: string;
  readonly numeric: boolean;
  /** Whether its values are codes with labels. The extract has the codes. */
  readonly coded: boolean;
  /** The mask of its values; null: the values themselves. */
  readonly mask: string | null;
}

/** A file of an extract: persons, or the records of one type. */
export interface PermitTable {
  readonly registry: string;
  readonly type: string;
  /** The field of a person that lists its records; undefined: the person. */
  readonly field: string | undefined;
  /** Whether its records have ids. */
  readonly hasId: boolean;
  readonly columns: readonly PermitColumn[];
}

/** What a decision shows about persons, as tables. They have only register data, and no derived results. */
export function permitTables(
  graph: PolicyGraph,
  decision: Decision,
  registries: readonly string[],
): readonly PermitTable[] {
  const shown = (graph.types.get('Person') ?? []).filter(
    (field) => registries.includes(field.subgraph) && isShown(field, decision),
  );
  const persons = registries.map((registry) =>
    tableOf('Person', undefined, registry, shown.filter(isLeafOf(graph, registry)), false, decision),
  );
  const lists = shown
    .filter(({ returns }) => isTable(graph, returns))
    .map(({ name, returns, subgraph }) => {
      const fields = graph.types.get(returns)!;
      const leaves = fields.filter((field) => isShown(field, decision)).filter(isLeafOf(graph, subgraph));
      const hasId = fields.some((field) => field.name === 'id' && field.kind === 'key');
      return tableOf(returns, name, subgraph, leaves, hasId, decision);
    });
  return [...persons, ...lists].filter(({ columns }) => columns.length > 0);
}

function isShown({ kind, coordinate }: GraphField, decision: Decision): boolean {
  return kind === 'governed' && decision.show(coordinate).length > 0;
}

function isLeafOf(graph: PolicyGraph, registry: string): (field: GraphField) => boolean {
  return ({ subgraph, returns }) => subgraph === registry && !isTable(graph, returns);
}

function isTable(graph: PolicyGraph, type: string): boolean {
  return graph.types.has(type) && type !== CODING_TYPE;
}

function tableOf(
  type: string,
  field: string | undefined,
  registry: string,
  leaves: readonly GraphField[],
  hasId: boolean,
  decision: Decision,
): PermitTable {
  const columns = leaves.map(({ name, coordinate, returns }) => ({
    name,
    coordinate,
    numeric: returns === 'Int' || returns === 'Float',
    coded: returns === CODING_TYPE,
    mask: decision.show(coordinate)[0]?.mask ?? null,
  }));
  return { registry, type, field, hasId, columns };
}

/** The query for a registry's tables about some persons. */
export function permitQuery(tables: readonly PermitTable[]): string {
  const selections = tables.map(({ field, hasId, columns }) => {
    const names = columns.map(({ name, coded }) => (coded ? `${name} { code }` : name)).join(' ');
    return field === undefined ? names : `${field} { ${hasId ? 'id ' : ''}${names} }`;
  });
  return `query PermitExtract($persons: [_Any!]!) {
  _entities(representations: $persons) { ... on Person { ${selections.join(' ')} } }
}`;
}

type Cells = Readonly<Record<string, unknown>>;

/**
 * Collects the rows of one table in memory and writes them in an order that reveals nothing about keys or
 * sources.
 */
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

  /** @param ids sealed ids: of the person, then of the record if it has one */
  add(ids: readonly string[], cells: Cells): void {
    for (const id of ids) this.appender.appendVarchar(id);
    for (const { name, numeric, coded } of this.table.columns) {
      const cell = cells[name];
      const value = coded ? (cell as { readonly code: string } | null)?.code : cell;
      if (value == null) this.appender.appendNull();
      else if (numeric) this.appender.appendDouble(Number(value));
      else this.appender.appendVarchar(String(value));
    }
    this.appender.endRow();
    this.#rows++;
  }

  /** Sorts rows by the values as shown, then by sealed ids. */
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
