import type { RowSource } from '../mapping/mapping.js';
import type { ReadBatch } from './rowBatch.js';

/** The source of one registry, open for one extraction: the files of an export, or a database. */
export interface Source {
  /** Whether the source itself declares that all its people are synthetic. */
  readonly synthetic: boolean;
  /**
   * SHA-256 of the content, in hexadecimal; equal content has equal fingerprints. Files are hashed before
   * they are read. A database is read only once, so it has no fingerprint before all rows were read.
   */
  readonly fingerprint: string | undefined;
  /**
   * Opens what one table of the mapping is read from, and reads no row yet.
   * @param columns the source columns that are read, each once; the data subject's code comes first
   * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS
   */
  open(source: RowSource, columns: readonly string[]): Promise<SourceRows>;
}

/** The rows of one file, table or query. */
export interface SourceRows {
  /** How much there is to read, relative to the other rows of the source: for progress only. */
  readonly size: number;
  /** The columns whose type is a day or a time, whatever date format the mapping declares. */
  readonly typedDays: ReadonlySet<string>;
  /**
   * Streams the columns as texts, some thousand rows at a time. Days and times of typed columns are in ISO
   * 8601. Call it once.
   * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS, EXTRACTION_INTERRUPTED; after the last batch
   * SOURCE_CHANGED, if the content changed after the source was opened
   */
  read(): AsyncGenerator<ReadBatch>;
}
