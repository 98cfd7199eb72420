import { PolkuError } from '../../../../lib/errors.js';
import { didYouMean } from '../../../../lib/didYouMean.js';
import type { RowSource } from '../../mapping/mapping.js';

/** One connection to a server, in one read-only transaction. Its methods throw what the driver throws. */
export interface DatabaseSession {
  /** The server and its version, such as PostgreSQL 16.4; known once the transaction has begun. */
  readonly version: string;
  /** Connects, and begins the transaction. */
  begin(): Promise<void>;
  /** The names of all columns of a table or query that this user may read, in its order. */
  columns(source: RowSource): Promise<readonly string[]>;
  /** The types of some columns, in their order. */
  types(source: RowSource, columns: readonly string[]): Promise<readonly ValueType[]>;
  /** The SELECT of some columns of all rows, or of those that fulfil a condition. */
  select(source: RowSource, columns: readonly TypedColumn[], condition?: string): string;
  /** About how many rows a SELECT gives, as the server guesses; undefined if it does not. */
  estimate(statement: string): Promise<number | undefined>;
  /** Streams the columns of a SELECT as texts, some thousand rows at a time. */
  rows(statement: string, columns: readonly TypedColumn[]): AsyncGenerator<readonly (readonly string[])[]>;
  /**
   * The latest time in a column, but not one to come, less a day: a text that `changedSince` takes. Undefined
   * if there is none.
   */
  latest(source: RowSource, column: string): Promise<string | undefined>;
  /** The condition that a row has this time or a later one, or none. */
  changedSince(column: string, time: string): string;
  /** The condition that a column has one of these values, as `rows` writes them. */
  isOneOf(column: string, values: readonly string[]): string;
  /** Closes the connection at once; whatever runs fails. */
  abort(): void;
  end(): Promise<void>;
}

/** How the values of a column become texts. */
export interface ValueType {
  /** As the server names it. */
  readonly type: string;
  readonly isDay?: boolean;
  /** The text of a value that is not null; undefined for a type that is not one plain value. */
  readonly write: ((value: string) => string) | undefined;
  /** The SQL that gives the whole value of a column; undefined: the column does. */
  readonly select?: (column: string) => string;
}

/** A column that is read: its type has a text for each value. */
export interface TypedColumn {
  readonly name: string;
  readonly type: ValueType & { readonly write: (value: string) => string };
}

/** How long a connection may take. */
export const CONNECT_MILLISECONDS = 15_000;

export const asItIs = (value: string): string => value;

/**
 * What a mapping reads from, after FROM. Names and queries come from the mapping; a comment at the end of a
 * query ends with its line.
 * @param quoted quotes a name as an identifier of the server
 */
export function relation({ kind, text, limit }: RowSource, quoted: (name: string) => string): string {
  if (kind === 'query') return `(\n${text}\n) AS source`;
  const table = text.split('.').map(quoted).join('.');
  return limit === undefined ? table : `(SELECT * FROM ${table} LIMIT ${limit}) AS source`;
}

/** A SELECT; see DatabaseSession. */
export function selectStatement(
  source: RowSource,
  columns: readonly TypedColumn[],
  condition: string | undefined,
  quoted: (name: string) => string,
): string {
  const selected = columns.map(({ name, type: { select = asItIs } }) => select(quoted(name)));
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  return `SELECT ${selected.join(', ')} FROM ${relation(source, quoted)}${where}`;
}

/** @param known the tables next to it that this user may read */
export function missingTable(table: string, known: readonly string[]): PolkuError {
  const hint = didYouMean(table, known);
  return new PolkuError(
    'SOURCE_UNREADABLE',
    `The database has no table or view ${table} that this user may read.${hint ? ` ${hint}` : ''} Write it with its schema and ` +
      'its capitals, as in clinic.visits.',
    { table },
  );
}

/** @throws PolkuError SOURCE_UNREADABLE if a server is older than the oldest that is tested */
export function requireVersion(product: string, found: readonly number[], oldest: readonly number[]): void {
  const difference = oldest.map((part, index) => (found[index] ?? 0) - part).find((part) => part !== 0) ?? 0;
  if (difference >= 0) return;
  throw new PolkuError(
    'SOURCE_UNREADABLE',
    `The database is ${product} ${found.join('.')}. Polku reads ${product} ${oldest.join('.')} or newer; export files from it instead.`,
    { product },
  );
}
