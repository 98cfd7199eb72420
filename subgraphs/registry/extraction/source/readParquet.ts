import type { DuckDBConnection } from '@duckdb/node-api';
import { PolkuError } from '../../../../schema/polkuError.js';
import { parquetRows } from '../../../storage/parquetSource.js';
import { binaryFormat } from './fileFormat.js';
import { type ParquetColumn, parquetColumns } from './parquetColumns.js';
import { type ParquetText, parquetText } from './parquetText.js';
import { requireColumns } from './requireColumns.js';
import type { ReadBatch, RejectedRow } from './rowBatch.js';
import { edgesOf } from './sourceBytes.js';
import { SourceNames } from './sourceNames.js';

const SAMPLE_BYTES = 2 ** 12;
/** Parquet begins and ends with it. */
const MAGIC = Buffer.from('PAR1');

/**
 * Streams the named columns of a Parquet file as texts, some thousand rows at a time; days and times come as ISO 8601.
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

  // Columns are asked for by their place, so that no name of the file enters SQL.
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
 * The columns of a Parquet file, which has each column that is asked for.
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

/** DuckDB tells by the footer alone what a file is, and quotes what it finds there. */
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

/** Rejects rows with bytes that are no text. */
function withoutUndecoded(cells: Cells, numbers: readonly number[]): Omit<ReadBatch, 'share'> {
  if (!cells.some((column) => column.includes(undefined)))
    return { columns: cells as readonly (readonly string[])[], rowNumbers: numbers, rejected: [] };
  const isWhole = numbers.map((_, row) => cells.every((column) => column[row] !== undefined));
  return {
    columns: cells.map((column) => column.filter((_, row) => isWhole[row]) as string[]),
    rowNumbers: numbers.filter((_, row) => isWhole[row]),
    rejected: numbers.flatMap((row, index): RejectedRow[] =>
      isWhole[index] ? [] : [{ row, reason: 'wrong-encoding' }],
    ),
  };
}
