import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import { sqlName, sqlPath } from '../../storage/memoryDatabase.js';
import { type CodeColumn, NO_CODE, NO_DAY, type Table } from './table.js';
import type { ColumnDefinition, TableDefinition } from './tableDefinition.js';

type TypedArray = Int32Array | Uint32Array | BigUint64Array | Float64Array | Uint16Array;

/** A column being filled: how it is selected, where it goes, and what stands for nothing. */
interface Filling {
  readonly select: string;
  readonly values: TypedArray;
  readonly nothing: number | bigint;
  /** Of a column of codes: the sorted dictionary, and the index of each text in it. */
  readonly texts?: readonly string[];
  readonly indices?: ReadonlyMap<string, number>;
}

/**
 * Loads a table of a snapshot, a Parquet file sorted by subject and the table's order, into columns: streamed into
 * arrays of the right length, codes by sorted dictionaries.
 */
export async function loadTable<Definition extends TableDefinition>(
  connection: DuckDBConnection,
  path: string,
  definition: Definition,
): Promise<Table<Definition>> {
  const source = `read_parquet(${sqlPath(path)})`;
  const counted = await connection.runAndReadAll(`SELECT count(*)::INTEGER, max(subject) FROM ${source}`);
  const [rows, lastSubject] = counted.getRows()[0] as [number, number | null];

  const names = Object.keys(definition.columns);
  const fillings: Filling[] = [{ select: 'subject', values: new Uint32Array(rows), nothing: 0 }];
  for (const name of names) {
    fillings.push(await prepare(connection, source, name, definition.columns[name]!, rows));
  }
  const result = await connection.stream(
    `SELECT ${fillings.map(({ select }) => select).join(', ')} FROM ${source}`,
  );
  let offset = 0;
  for await (const chunk of result) {
    fillings.forEach((filling, index) => fill(filling, offset, chunk.getColumnVector(index)));
    offset += chunk.rowCount;
  }

  const subject = fillings[0]!.values as Uint32Array;
  const columns = names.map((name, index) => [name, columnOf(fillings[index + 1]!)]);
  return {
    rows,
    subject,
    columns: Object.fromEntries(columns) as Table<Definition>['columns'],
    offsets: offsetsOf(subject, lastSubject ?? -1),
  };
}

async function prepare(
  connection: DuckDBConnection,
  source: string,
  name: string,
  { kind }: ColumnDefinition,
  rows: number,
): Promise<Filling> {
  const select = sqlName(name);
  switch (kind) {
    case 'day':
      return {
        select: `(${select} - DATE '1970-01-01')::INTEGER`,
        values: new Int32Array(rows),
        nothing: NO_DAY,
      };
    case 'record':
      return { select, values: new BigUint64Array(rows), nothing: 0n };
    case 'person':
    case 'family':
      return { select, values: new Uint32Array(rows), nothing: 0 };
    case 'number':
      return { select, values: new Float64Array(rows), nothing: NaN };
    case 'code': {
      const found = await connection.runAndReadAll(
        `SELECT DISTINCT ${select} FROM ${source} WHERE ${select} IS NOT NULL ORDER BY 1`,
      );
      const texts = found.getRows().map(([text]) => String(text));
      const indices = new Map(texts.map((text, index) => [text, index]));
      return { select, values: new Uint16Array(rows), nothing: NO_CODE, texts, indices };
    }
  }
}

function fill({ values, nothing, indices }: Filling, offset: number, vector: DuckDBVector): void {
  for (let row = 0; row < vector.itemCount; row++) {
    const item = vector.getItem(row) ?? nothing;
    values[offset + row] = (typeof item === 'string' ? indices!.get(item) : item) as never;
  }
}

function columnOf({ values, texts }: Filling): TypedArray | CodeColumn {
  return texts ? { texts, indices: values as Uint16Array } : values;
}

/** Where each key's rows begin; one entry more than keys, so that the next entry is where they end. */
function offsetsOf(subject: Uint32Array, lastSubject: number): Uint32Array {
  const offsets = new Uint32Array(lastSubject + 2);
  for (let row = 0; row < subject.length; row++) offsets[subject[row]! + 1]!++;
  for (let key = 1; key < offsets.length; key++) offsets[key]! += offsets[key - 1]!;
  return offsets;
}
