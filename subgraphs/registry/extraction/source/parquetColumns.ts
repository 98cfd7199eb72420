import type { DuckDBConnection } from '@duckdb/node-api';
import { parquetRows, parquetSchema } from '../../../storage/parquetSource.js';

/** A column of a Parquet file, in the file's order. */
export interface ParquetColumn {
  /** As the file names it. */
  readonly name: string;
  /** The type that DuckDB reads it as. */
  readonly type: string;
}

/**
 * The columns of a Parquet file. Their names are those of the file's footer: DuckDB renames a column whose name occurs twice,
 * or differs from another in capitals alone.
 */
export async function parquetColumns(
  connection: DuckDBConnection,
  path: string,
): Promise<readonly ParquetColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${parquetRows(path)}`);
  const types = described.getRows().map(([, type]) => String(type));
  const schema = await connection.runAndReadAll(`SELECT name, num_children FROM ${parquetSchema(path)}`);
  const nodes = schema
    .getRows()
    .map(([name, children]) => ({ name: String(name), children: Number(children ?? 0) }));
  const names: string[] = [];
  // The root comes first; below it each node is followed by those in it.
  for (let index = 1; index < nodes.length; index = afterNode(nodes, index)) names.push(nodes[index]!.name);
  if (names.length !== types.length) throw new Error('The columns of a Parquet file could not be counted.');
  return types.map((type, index) => ({ name: names[index]!, type }));
}

function afterNode(nodes: readonly { readonly children: number }[], index: number): number {
  let next = index + 1;
  for (let child = 0; child < nodes[index]!.children; child++) next = afterNode(nodes, next);
  return next;
}
