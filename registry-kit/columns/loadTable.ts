import { availableParallelism } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Connect, parquetRows, sqlName, sqlText } from '../../lib/duckdb.js';
import { NO_PARTIAL_DAY } from '../../lib/partialDate.js';
import { type CodeColumn, NO_CODE, NO_DAY, type Table } from './table.js';
import type { ColumnDefinition, TableDefinition } from './tableDefinition.js';

/** DuckDB streams a result in one thread. Several streams read large tables, each a share of the columns. */
const MAX_STREAMS = 4;
const ROWS_OF_ONE_STREAM = 1_000_000;

const SHORT_DICTIONARY = 200;

type TypedArray = Int32Array | Uint32Array | BigUint64Array | Float64Array | Uint16Array;

/**
 * A column that is being loaded: the SQL of its values, with placeholders for nulls, and the target array.
 */
interface ColumnLoad {
  readonly select: string;
  readonly values: TypedArray;
  /** The sorted dictionary of a column of codes. */
  readonly texts?: readonly string[];
}

/**
 * Loads a table of a snapshot, a Parquet file sorted by subject and the table's order, into columns. Rows are
 * streamed into arrays of the right length; codes get sorted dictionaries. DuckDB replaces nulls and numbers
 * the codes, so that each column of a chunk is copied as a whole.
 */
export async function loadTable<Definition extends TableDefinition>(
  connect: Connect,
  path: string,
  definition: Definition,
): Promise<Table<Definition>> {
  const source = parquetRows(path);
  const connection = await connect();
  const counted = await connection.runAndReadAll(`SELECT count(*)::INTEGER, max(subject) FROM ${source}`);
  const [rows, lastSubject] = counted.getRows()[0] as [number, number | null];

  const names = Object.keys(definition.columns).filter((name) => !isInternal(definition.columns[name]!));
  const fillings: ColumnLoad[] = [{ select: 'subject', values: new Uint32Array(rows) }];
  for (const name of names) {
    fillings.push(await prepare(connection, source, name, definition.columns[name]!, rows));
  }
  const streams = rows < ROWS_OF_ONE_STREAM ? 1 : Math.min(availableParallelism(), MAX_STREAMS);
  await Promise.all(
    Array.from({ length: streams }, async (_, stream) => {
      const share = fillings.filter((_filling, index) => index % streams === stream);
      await fill(stream === 0 ? connection : await connect(), source, share);
    }),
  );

  const subject = fillings[0]!.values as Uint32Array;
  const columns = names.map((name, index) => [name, columnOf(fillings[index + 1]!)]);
  return {
    rows,
    subject,
    columns: Object.fromEntries(columns) as Table<Definition>['columns'],
    offsets: offsetsOf(subject, lastSubject ?? -1),
  };
}

/** Copies whole columns of each chunk of rows. */
async function fill(
  connection: DuckDBConnection,
  source: string,
  fillings: readonly ColumnLoad[],
): Promise<void> {
  const selected = fillings.map(({ select }) => select).join(', ');
  let offset = 0;
  for await (const chunk of await connection.stream(`SELECT ${selected} FROM ${source}`)) {
    fillings.forEach(({ select, values }, index) => {
      const { items } = chunk.getColumnVector(index) as unknown as { readonly items: TypedArray };
      if (items.constructor !== values.constructor)
        throw new Error(`${select} came as ${items.constructor.name}.`);
      values.set(items as never, offset);
    });
    offset += chunk.rowCount;
  }
}

async function prepare(
  connection: DuckDBConnection,
  source: string,
  name: string,
  { kind }: ColumnDefinition,
  rows: number,
): Promise<ColumnLoad> {
  const column = sqlName(name);
  switch (kind) {
    case 'day':
      return {
        select: `coalesce((${column} - DATE '1970-01-01')::INTEGER, ${NO_DAY})`,
        values: new Int32Array(rows),
      };
    case 'partial-day':
      return { select: `coalesce(${column}, ${NO_PARTIAL_DAY})`, values: new Int32Array(rows) };
    case 'record':
      return { select: `coalesce(${column}, 0::UBIGINT)`, values: new BigUint64Array(rows) };
    case 'person':
    case 'family':
      return { select: `coalesce(${column}, 0::UINTEGER)`, values: new Uint32Array(rows) };
    case 'number':
      return { select: `coalesce(${column}, 'NaN'::DOUBLE)`, values: new Float64Array(rows) };
    case 'code':
      return { ...(await codeNumbers(connection, source, name)), values: new Uint16Array(rows) };
  }
}

/**
 * The SQL of the numbers of a column's codes in a sorted dictionary; `NO_CODE` for none.
 * @param source the SQL of the rows of a table's file
 */
export async function codeNumbers(
  connection: DuckDBConnection,
  source: string,
  name: string,
): Promise<{ readonly select: string; readonly texts: readonly string[] }> {
  const column = sqlName(name);
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT ${column} FROM ${source} WHERE ${column} IS NOT NULL ORDER BY 1`,
  );
  const texts = found.getRows().map(([text]) => String(text));
  return { select: `coalesce((${codeOf(column, texts)})::USMALLINT, ${NO_CODE}::USMALLINT)`, texts };
}

/**
 * The number of a text in a dictionary. Parquet stores short dictionaries, so `list_position` runs once for
 * each distinct text. With a long dictionary DuckDB may read the texts themselves; an ENUM finds them by
 * hash. An ENUM without values is not a valid type.
 */
function codeOf(column: string, texts: readonly string[]): string {
  const list = texts.map(sqlText).join(', ');
  if (texts.length === 0) return 'NULL';
  return texts.length <= SHORT_DICTIONARY
    ? `nullif(list_position([${list}], ${column}), 0) - 1`
    : `enum_code(${column}::ENUM(${list}))`;
}

function isInternal(column: ColumnDefinition): boolean {
  return column.kind === 'code' && column.internal === true;
}

function columnOf({ values, texts }: ColumnLoad): TypedArray | CodeColumn {
  return texts ? { texts, indices: values as Uint16Array } : values;
}

/** The first row of each key, with one entry more than keys: the next entry is the end. */
function offsetsOf(subject: Uint32Array, lastSubject: number): Uint32Array {
  const offsets = new Uint32Array(lastSubject + 2);
  for (let row = 0; row < subject.length; row++) offsets[subject[row]! + 1]!++;
  for (let key = 1; key < offsets.length; key++) offsets[key]! += offsets[key - 1]!;
  return offsets;
}
