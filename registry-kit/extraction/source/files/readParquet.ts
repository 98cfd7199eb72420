import type { DuckDBBlobValue, DuckDBConnection } from '@duckdb/node-api';
import { parquetRows, parquetSchema } from '../../../../lib/duckdb.js';
import { PolkuError } from '../../../../lib/errors.js';
import {
  EXACT_DOUBLE,
  EXACT_FLOAT,
  localTime,
  withoutTrailingZeros,
  writeFloat,
  writeTime,
} from '../canonicalText.js';
import { type ReadBatch, type RejectedRow, requireColumns } from '../rowBatch.js';
import { SourceNames } from '../sourceNames.js';
import { binaryFormat, edgesOf } from './sourceBytes.js';

const SAMPLE_BYTES = 2 ** 12;
/** The first and last bytes of a Parquet file. */
const MAGIC = Buffer.from('PAR1');

/**
 * Streams the named columns of a Parquet file as texts, some thousand rows at a time. Days and times are in
 * ISO 8601.
 * @param hasZone see parquetText
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS
 */
export async function* readParquet(
  connection: DuckDBConnection,
  path: string,
  file: string,
  columns: readonly string[],
  hasZone: boolean,
): AsyncGenerator<ReadBatch, void> {
  const all = await openParquet(connection, path, file, columns);
  const names = new SourceNames(all.map(({ name }) => name));
  const positions = columns.map((column) => names.positionsOf(column)[0]!);
  const texts = positions.map((position, index) =>
    textOf(all[position]!, hasZone, file, columns[index]!, position),
  );

  // Columns are selected by position, so that no name of the file enters SQL.
  const source = `${parquetRows(path)} AS source(${all.map((_, position) => `c${position}`).join(', ')})`;
  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${source}`);
  const rows = Number(counted.getRows()[0]![0]);
  const selected = texts.map(({ select }, index) => select(`c${positions[index]}`));
  let row = 0;
  for await (const chunk of await connection.stream(`SELECT ${selected.join(', ')} FROM ${source}`)) {
    const cells = chunk.getColumns().map((values, index) => {
      const { write } = texts[index]!;
      return values.map((value) => (value === null ? '' : write(value)));
    });
    const numbers = Array.from({ length: chunk.rowCount }, () => ++row);
    yield { ...withoutUndecoded(cells, numbers), share: row / rows };
  }
}

/**
 * Returns the columns of a Parquet file, after checking that it has each requested column.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS
 */
export async function openParquet(
  connection: DuckDBConnection,
  path: string,
  file: string,
  columns: readonly string[],
): Promise<readonly ParquetColumn[]> {
  await requireParquet(path, file);
  const all = await parquetColumns(connection, path);
  const names = new SourceNames(all.map(({ name }) => name));
  requireColumns(file, names, columns, () => 'Correct the names in mapping.yaml.');
  return all;
}

/**
 * Checks the file before DuckDB opens it. DuckDB looks only at the footer, and quotes its contents in errors.
 */
async function requireParquet(path: string, file: string): Promise<void> {
  const { head, tail } = await edgesOf(path, SAMPLE_BYTES);
  const begins = head.subarray(0, MAGIC.length).equals(MAGIC);
  if (begins && tail.subarray(-MAGIC.length).equals(MAGIC)) return;
  const other = begins ? undefined : binaryFormat(head);
  const is = other ? `is ${other.name}, not Parquet` : begins ? 'is cut off' : 'is not Parquet';
  const advice =
    other?.advice ??
    (begins ? 'Export it again.' : 'Export it as Parquet, or say "type: csv" in mapping.yaml.');
  throw new PolkuError('SOURCE_UNREADABLE', `The source file ${file} ${is}. ${advice}`, { file });
}

function textOf(
  { type }: ParquetColumn,
  hasZone: boolean,
  file: string,
  column: string,
  position: number,
): ParquetText {
  const text = parquetText(type, hasZone);
  if (text) return text;
  throw new PolkuError(
    'SOURCE_COLUMNS',
    `"${column}" (column ${position + 1}) of ${file} holds lists or records. Expected one value in each row; export it so.`,
    { file, column },
  );
}

type Cells = readonly (readonly (string | undefined)[])[];

/** Rejects rows with bytes that are not text. */
function withoutUndecoded(cells: Cells, numbers: readonly number[]): Omit<ReadBatch, 'share'> {
  if (!cells.some((column) => column.includes(undefined)))
    return { columns: cells as readonly (readonly string[])[], rowNumbers: numbers, rejected: [] };
  const isWhole = numbers.map((_, row) => cells.every((column) => column[row] !== undefined));
  return {
    columns: cells.map((column) => column.filter((_, row) => isWhole[row]) as string[]),
    rowNumbers: numbers.filter((_, row) => isWhole[row]),
    rejected: numbers.flatMap((row, index): RejectedRow[] =>
      isWhole[index] ? [] : [{ row, reason: 'wrong-encoding', columns: [] }],
    ),
  };
}

/** A column of a Parquet file, in the file's order. */
interface ParquetColumn {
  /** As the file names it. */
  readonly name: string;
  /** The type that DuckDB reads it as. */
  readonly type: string;
}

/**
 * The columns of a Parquet file, with the names of the file's footer. DuckDB renames a column whose name
 * occurs twice, or differs from another only in capitals.
 */
async function parquetColumns(connection: DuckDBConnection, path: string): Promise<readonly ParquetColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${parquetRows(path)}`);
  const types = described.getRows().map(([, type]) => String(type));
  const schema = await connection.runAndReadAll(`SELECT name, num_children FROM ${parquetSchema(path)}`);
  const nodes = schema
    .getRows()
    .map(([name, children]) => ({ name: String(name), children: Number(children ?? 0) }));
  const names: string[] = [];
  // The root comes first. Each node is followed by its children.
  for (let index = 1; index < nodes.length; index = afterNode(nodes, index)) names.push(nodes[index]!.name);
  if (names.length !== types.length) throw new Error('The columns of a Parquet file could not be counted.');
  return types.map((type, index) => ({ name: names[index]!, type }));
}

function afterNode(nodes: readonly { readonly children: number }[], index: number): number {
  let next = index + 1;
  for (let child = 0; child < nodes[index]!.children; child++) next = afterNode(nodes, next);
  return next;
}

/** How the values of a Parquet column become texts. Equal values give equal texts, whatever their type. */
interface ParquetText {
  /** The SQL expression over the column. */
  select(column: string): string;
  /** The text of a value that is not null; undefined if its bytes are not text. */
  write(value: unknown): string | undefined;
}

const NESTED = /\[|^(?:STRUCT|MAP|UNION|VARIANT|GEOMETRY)/;

/** Whether the type of a column is a day or a time. */
export function isDayOrTime(type: string): boolean {
  return type === 'DATE' || type.startsWith('TIMESTAMP');
}

/** The types of the named columns. Each of them occurs once. */
export function typesOf(
  all: readonly ParquetColumn[],
  columns: readonly string[],
): ReadonlyMap<string, string> {
  const names = new SourceNames(all.map(({ name }) => name));
  return new Map(columns.map((column) => [column, all[names.positionsOf(column)[0]!]!.type]));
}

/**
 * How a column of a DuckDB type is read; undefined if its values are lists or records.
 * @param hasZone whether the mapping declares the zone of times that have none; then midnight is a time,
 * otherwise a day
 */
function parquetText(type: string, hasZone: boolean): ParquetText | undefined {
  if (NESTED.test(type)) return undefined;
  const time = localTime(hasZone);
  switch (type) {
    case 'BLOB':
      return { select: asItIs, write: decode };
    case 'DOUBLE':
      return { select: asItIs, write: (value) => writeFloat(value as number, EXACT_DOUBLE) };
    case 'FLOAT':
      // Uses the shortest text: as a DOUBLE, 0.1 would be 0.10000000149011612.
      return {
        select: (column) => `${column}::VARCHAR::DOUBLE`,
        write: (value) => writeFloat(value as number, EXACT_FLOAT),
      };
    case 'DATE':
      return { select: (column) => `${within(column, 'DATE')}::VARCHAR`, write: String };
    case 'TIMESTAMP WITH TIME ZONE':
      return {
        select: (column) => `${within(`make_timestamp(epoch_us(${column}))`, 'TIMESTAMP')}::VARCHAR`,
        write: (value) => `${writeTime(value as string)}Z`,
      };
    case 'TIMESTAMP_NS':
      return { select: asText, write: (value) => time(value as string) };
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
      return {
        select: (column) => `${within(`${column}::TIMESTAMP`, 'TIMESTAMP')}::VARCHAR`,
        write: (value) => time(value as string),
      };
    default:
      return type.startsWith('DECIMAL')
        ? { select: asText, write: (value) => withoutTrailingZeros(value as string) }
        : { select: asText, write: String };
  }
}

const asItIs = (column: string) => column;
const asText = (column: string) => `${column}::VARCHAR`;

/**
 * Limits days and times to years of four digits. Values beyond become the first or the last; infinity becomes
 * null.
 */
function within(value: string, type: 'DATE' | 'TIMESTAMP'): string {
  const last = type === 'DATE' ? '9999-12-31' : '9999-12-31 23:59:59.999999';
  return `CASE WHEN isfinite(${value}) THEN greatest(least(${value}, ${type} '${last}'), ${type} '0001-01-01') END`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(value: unknown): string | undefined {
  try {
    return utf8.decode((value as DuckDBBlobValue).bytes);
  } catch {
    return undefined;
  }
}
