/** The first rows of a source from which a registry is proposed: of a file, a table or a query. */
export interface Sample {
  /** What a mapping calls the source. */
  readonly kind: 'file' | 'table';
  /** Names the source in a mapping, such as `visits.csv`. */
  readonly source: string;
  /** The part of a mapping that says how the source is written: `type: csv`. */
  readonly format: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  /** Texts by column, in the order of `columns`, some thousand rows at a time. */
  rows(): AsyncIterable<readonly (readonly string[])[]>;
}

/** The rows that are looked at. */
export const SAMPLE_ROWS = 200_000;
