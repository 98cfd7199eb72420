import type { RowSource, Watermark } from '../mapping/mapping.js';
import type { ReadBatch } from './rowBatch.js';

/** What a source may use. */
export interface SourceAccess {
  readonly registry: string;
  /** The folder of exports: the files of a registry are in `<exports>/<registry>`. Databases need none. */
  readonly exports?: string | undefined;
  /** The value of the secret that a mapping names as its connection. */
  readonly connection?: ((name: string) => Promise<string>) | undefined;
  /** Stops reading. */
  readonly signal?: AbortSignal | undefined;
}

/** The source of one registry, open for one extraction: the files of an export, or a database. */
export interface Source {
  /** Whether the source itself declares that all its people are synthetic. */
  readonly synthetic: boolean;
  /**
   * SHA-256 of the content, in hexadecimal, before anything is read; equal content has equal fingerprints.
   * Undefined for sources that are read only once, such as databases: only what they gave can be compared.
   */
  readonly fingerprint: string | undefined;
  /** Where the rows come from, for people: a folder, or a server, a database and a user. */
  readonly place: string;
  /**
   * Opens what one table of the mapping is read from, and reads no row yet.
   * @param columns the source columns that are read, each once; the data subject's code comes first
   * @param watermark how changes are found, for tables of databases whose mapping says it
   * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS, SOURCE_DENIED, SOURCE_BUSY, SOURCE_CONNECTION
   */
  open(source: RowSource, columns: readonly string[], watermark?: Watermark): Promise<SourceRows>;
}

/** A row, for people who look for it. */
export interface RowPlace {
  /** The file, table or query. */
  readonly file: string;
  /** Counted from 1. */
  readonly row: number;
}

/** The rows of one table of the mapping: of its files, its table or its query. */
export interface SourceRows {
  /** How much there is to read: bytes of a file, or about how many rows of a database. */
  readonly size: number;
  /** What is read, for people: `kaynnit.csv (1 234 bytes)`, or the SELECT. */
  readonly description: string;
  /** The type of each column, as the source declares it; empty if its columns have none. */
  readonly types: ReadonlyMap<string, string>;
  /** The columns whose type is a day or a time, whatever date format the mapping declares. */
  readonly typedDays: ReadonlySet<string>;
  /** Where a row is that was read: several files of one table number their rows in turn. */
  placeOf(row: number): RowPlace;
  /**
   * The columns that had a value in no row, once all rows are read. Only of sources that do not name their
   * columns before, such as JSON.
   */
  readonly unseen: () => readonly string[];
  /**
   * Streams the columns as texts, some thousand rows at a time. Days and times of typed columns are in ISO
   * 8601. Call it once.
   * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS, SOURCE_BUSY, SOURCE_CONNECTION,
   * EXTRACTION_INTERRUPTED; after the last batch SOURCE_CHANGED, if a file changed after it was opened
   */
  read(): AsyncGenerator<ReadBatch>;
  /** Reads changes only; for tables with a watermark. */
  readonly changes?: RowChanges | undefined;
}

/**
 * The changes of a table, in the same transaction as all its rows. A time is a text of the server. Batches of
 * ids have that one column. All of these throw like `read`.
 */
export interface RowChanges {
  /**
   * For the next extraction: a time a day before the last change, so that changes whose transaction had not
   * ended then are found, too. Undefined if no row has a time.
   */
  readonly latest: string | undefined;
  ids(): AsyncGenerator<ReadBatch>;
  /** The ids of the rows that were changed at that time or later, or that have no time. */
  idsSince(time: string): AsyncGenerator<ReadBatch>;
  rowsSince(time: string): AsyncGenerator<ReadBatch>;
  /** The rows with these ids, and perhaps with others that the server takes for equal. */
  rowsOf(ids: readonly string[]): AsyncGenerator<ReadBatch>;
}
