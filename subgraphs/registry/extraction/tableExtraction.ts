import type { DuckDBConnection } from '@duckdb/node-api';
import type { Mapping } from './mapping/mapping.js';
import type { ProgressMeter } from './progressMeter.js';
import type { RejectsReport } from './rejectsReport.js';
import type { CellContext } from './rows/cellReader.js';
import type { SourceFolder } from './source/readSource.js';
import type { RecordKeys } from './staging/recordKeys.js';

/** What the tables of one extraction share. */
export interface TableExtraction {
  readonly mapping: Mapping;
  readonly folder: SourceFolder;
  readonly rejects: RejectsReport;
  readonly meter: ProgressMeter;
  /** Reads Parquet; codes and names may pass through it, and nothing is kept. */
  readonly reader: DuckDBConnection;
  readonly cells: Omit<CellContext, 'table'>;
  /** By table: the records that other tables name. */
  readonly records: Map<string, RecordKeys>;
  /** Told what is worth knowing, though it stops nothing. */
  readonly notice: (text: string) => void;
}
