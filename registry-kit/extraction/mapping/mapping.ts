import { type Document, isNode, type LineCounter } from 'yaml';
import { type ErrorCode, PolkuError } from '../../../lib/errors.js';
import type { Scheme } from '../../../linkage/localId.js';
import type { DecimalSign } from '../rows/parseValues.js';

export interface CsvFormat {
  readonly type: 'csv';
  readonly delimiter: string;
  readonly quote: string;
  /** A label of the Encoding Standard. */
  readonly encoding: string;
}

/** Objects of JSON, one a line. Source columns are paths in them; see JsonPath. */
export interface JsonFormat {
  /** `fhir`: resources of FHIR R4, whose references become ids, or codes of patients. */
  readonly type: 'ndjson' | 'fhir';
  /** Where the codes of patients are, if references to patients become codes. */
  readonly patients?: { readonly source: RowSource; readonly code: string } | undefined;
}

/** How the files of an export are written. */
export type FileFormat = (CsvFormat | { readonly type: 'parquet' } | JsonFormat) & {
  /** The IANA zone of times without zone or offset; undefined if their day is used as written. */
  readonly zone?: string | undefined;
};

/** A database of a departmental system. */
export interface DatabaseFormat {
  readonly type: 'postgres' | 'mariadb';
  /** The name of the secret that holds the URL of the database. */
  readonly connection: string;
  readonly zone?: string | undefined;
}

/** A FHIR server that exports in bulk. */
export interface FhirServerFormat extends JsonFormat {
  readonly type: 'fhir';
  /** The name of the secret that says where the server is, and as which client to ask. */
  readonly connection: string;
  readonly zone?: string | undefined;
}

export type SourceFormat = FileFormat | DatabaseFormat | FhirServerFormat;

/** How a source is written, compiled or as its mapping says. */
type WrittenFormat = Pick<SourceFormat, 'type'>;

export function isDatabase<Format extends WrittenFormat>(
  format: Format,
): format is Format & { readonly type: DatabaseFormat['type'] } {
  return format.type === 'postgres' || format.type === 'mariadb';
}

export function isFhirServer<Format extends WrittenFormat>(
  format: Format,
): format is Format & Pick<FhirServerFormat, 'type' | 'connection'> {
  return format.type === 'fhir' && 'connection' in format;
}

export function readsJson({ type }: WrittenFormat): boolean {
  return type === 'ndjson' || type === 'fhir';
}

/** Whether a row with these values is read. CSV and Parquet have one value, or none. */
export type ValuesTest = (values: readonly string[]) => boolean;

/** What the rows of a table are read from. */
export interface RowSource {
  readonly kind: 'file' | 'table' | 'query' | 'resource';
  /** The name of the file, table or type of resource, or the query. */
  readonly text: string;
  /** Names it in messages and in the list of rejects. */
  readonly name: string;
  /** Tables: at most so many rows are read, to look at them; undefined: all. */
  readonly limit?: number | undefined;
  /** By source column: what a row must have to be read. Other rows are left out, and counted. */
  readonly where?: ReadonlyMap<string, ValuesTest> | undefined;
}

interface ColumnBase {
  /** The column of the registry's table. */
  readonly name: string;
  /** The source column. The id of a record may consist of several columns. */
  readonly from: string | readonly string[];
  readonly optional: boolean;
  /** Texts that mean a missing value, like an empty text. */
  readonly missing?: ReadonlySet<string> | undefined;
}

/** How one column of a table is read, by its kind. */
export type ColumnMapping =
  | (ColumnBase & {
      readonly kind: 'day';
      /** The date format; see dateParser. */
      readonly dates: string;
      /** The first of the hundred years of two-digit years. */
      readonly firstYear?: number | undefined;
      /** The zone of times without zone or offset. */
      readonly zone?: string | undefined;
      readonly lastDayOfMonth: boolean;
    })
  /** Like a day, but a date that names no day or no month stays one. */
  | (ColumnBase & {
      readonly kind: 'partial-day';
      readonly dates: string;
      readonly firstYear?: number | undefined;
      readonly zone?: string | undefined;
    })
  | (ColumnBase & {
      readonly kind: 'code';
      /** Source value -> code; undefined if the source contains codes. */
      readonly values: ReadonlyMap<string, string> | undefined;
      readonly list: string | undefined;
      /** All possible codes, if the definition of the registry lists them. */
      readonly enumeration?: readonly string[] | undefined;
    })
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'constant'; readonly code: string })
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'constant-value'; readonly value: number })
  /** Optional, and missing in the source. */
  | (Omit<ColumnBase, 'from'> & { readonly kind: 'absent' })
  | (ColumnBase & { readonly kind: 'person' | 'family'; readonly scheme: Scheme })
  | (ColumnBase & {
      readonly kind: 'record';
      /** The table of the record, which must exist; undefined means the table of this column. */
      readonly of: string | undefined;
    })
  | (ColumnBase & {
      readonly kind: 'number';
      /** Undefined: plain decimals. */
      readonly decimal?: DecimalSign | undefined;
    });

/** How changed rows of a table of a database are found. */
export interface Watermark {
  /** The source column of dates or times that each change of a row moves forward. */
  readonly column: string;
  /** The source column that identifies a row. */
  readonly id: string;
}

/** Names the list of changed codes among the tables. */
export const CODE_CHANGES = 'codeChanges';

/** How the rows of a source become one table. */
export interface TableMapping {
  readonly name: string;
  readonly source: RowSource;
  readonly subject: {
    readonly from: string;
    readonly scheme: Scheme;
    readonly missing?: ReadonlySet<string> | undefined;
  };
  /** A column in which no two rows may have equal values. */
  readonly unique: string | undefined;
  /** The column of records that other tables name; undefined where none does. */
  readonly records?: string | undefined;
  /** Two columns of days: the first must not be after the second. */
  readonly interval: readonly [start: string, end: string] | undefined;
  readonly columns: readonly ColumnMapping[];
  /** Undefined: all rows are read each time. */
  readonly watermark?: Watermark | undefined;
}

/** How the export of a departmental system becomes a registry. */
export interface Mapping {
  readonly registry: string;
  readonly format: SourceFormat;
  /** The table whose subjects are all known persons. */
  readonly knows: string | undefined;
  readonly codeChanges:
    | { readonly source: RowSource; readonly old: string; readonly new: string; readonly scheme: Scheme }
    | undefined;
  readonly tables: readonly TableMapping[];
  /** Tables that the source does not have. */
  readonly absent: readonly string[];
  /** Checks that the mapping leaves out, each with its place in the file. */
  readonly notices: readonly string[];
}

/** Everything that a mapping reads, in the order of reading. */
export function rowSources({ format, codeChanges, tables }: Mapping): readonly RowSource[] {
  const patients = 'patients' in format ? format.patients : undefined;
  return [patients, codeChanges, ...tables].flatMap((read) => (read ? [read.source] : []));
}

/** The source columns of a table, each once. The data subject's code comes first. */
export function sourceColumns(table: TableMapping): readonly string[] {
  return [...new Set([table.subject.from, ...table.columns.flatMap(columnsOf)])];
}

/** The source columns of a table whose codes are replaced by keys of people and families. */
export function linkedColumns({ subject, columns }: TableMapping): readonly string[] {
  const linked = columns.filter(({ kind }) => kind === 'person' || kind === 'family');
  return [...new Set([subject.from, ...linked.flatMap(columnsOf)])];
}

/** The source columns of a column. */
export function columnsOf(column: ColumnMapping): readonly string[] {
  return 'from' in column ? [column.from].flat() : [];
}

/** The table, with typed parsing for day columns whose source columns are days or times by their type. */
export function withTypedDays(table: TableMapping, typed: ReadonlySet<string>): TableMapping {
  const columns = table.columns.map((column) =>
    (column.kind === 'day' || column.kind === 'partial-day') &&
    columnsOf(column).every((from) => typed.has(from))
      ? { ...column, dates: 'typed' }
      : column,
  );
  return { ...table, columns };
}

/** Missing in the source: tables, and columns as `table.column`. */
export function absentIn({ absent, tables }: Mapping): readonly string[] {
  const columns = tables.flatMap(({ name, columns: all }) =>
    all.flatMap((column) => (column.kind === 'absent' ? [`${name}.${column.name}`] : [])),
  );
  return [...absent, ...columns].sort();
}

/** The format of cells, for the whole export or one column. */
export interface CellFormat {
  readonly dates?: string;
  readonly firstYear?: string;
  readonly decimal?: '.' | ',';
  readonly missing?: readonly string[];
}

/** A column in a mapping file: the name of the source column, or how it is read. */
export type ColumnEntry =
  | string
  | (CellFormat & {
      readonly from?: string | readonly string[];
      readonly constant?: string;
      readonly values?: Readonly<Record<string, string>>;
      readonly take?: 'last-day-of-month';
      readonly of?: string;
      readonly scheme?: string;
    });

/** What rows are read from, as a mapping file writes it: exactly one of these. */
export interface SourceEntry {
  readonly file?: string;
  readonly table?: string;
  readonly query?: string;
  readonly resource?: string;
  readonly where?: Readonly<Record<string, readonly string[] | { readonly not: readonly string[] }>>;
}

export interface TableEntry extends SourceEntry {
  readonly subject: string;
  readonly scheme?: string;
  readonly unique?: string;
  readonly interval?: readonly [string, string];
  readonly watermark?: string;
  readonly columns: Readonly<Record<string, ColumnEntry>>;
}

/** A mapping file that is valid against schema/mapping.schema.json. Every scalar is the text in the file. */
export interface MappingFile {
  readonly registry: string;
  readonly scheme: string;
  readonly format: CellFormat & {
    readonly type: SourceFormat['type'];
    readonly connection?: string;
    readonly delimiter?: string;
    readonly quote?: string;
    readonly encoding?: string;
    readonly zone?: string;
    readonly patients?: { readonly file?: string; readonly resource?: string; readonly code: string };
  };
  readonly knows?: string;
  readonly idForms?: Readonly<Record<string, string>>;
  readonly codeChanges?: SourceEntry & { readonly old: string; readonly new: string };
  readonly absent?: readonly string[];
  readonly tables: Readonly<Record<string, TableEntry>>;
}

/** A place in a mapping file: the keys on the way to it. */
export type MappingPath = readonly (string | number)[];

interface Fault {
  readonly offset: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Collects the faults of a file of a registry, so that all are reported together, each with line and column.
 */
export class MappingFaults {
  private readonly faults: Fault[] = [];
  private readonly noted: Pick<Fault, 'offset' | 'message'>[] = [];

  constructor(
    private readonly file: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
    private readonly code: ErrorCode,
  ) {}

  at(path: MappingPath, message: string, code = this.code): void {
    this.atOffset(this.offsetOf(path), message, code);
  }

  atOffset(offset: number, message: string, code = this.code): void {
    this.faults.push({ offset, code, message });
  }

  /** Adds a notice, which is not a fault. */
  note(path: MappingPath, message: string): void {
    this.noted.push({ offset: this.offsetOf(path), message });
  }

  /** The notices, in the order of the file. */
  get notices(): readonly string[] {
    return this.formatted(this.noted);
  }

  /** @throws PolkuError with the code of the file, or SCHEME_UNKNOWN if only schemes are wrong */
  throwIfAny(): void {
    if (this.faults.length === 0) return;
    const lines = this.formatted(this.faults);
    const code = this.faults.every((fault) => fault.code === 'SCHEME_UNKNOWN') ? 'SCHEME_UNKNOWN' : this.code;
    throw new PolkuError(code, lines.join('\n'), { faults: lines });
  }

  /**
   * Messages with their places, in the order of the file. A fault of the format is found once for each column
   * that uses it, so duplicates are removed.
   */
  private formatted(messages: readonly Pick<Fault, 'offset' | 'message'>[]): string[] {
    const sorted = [...messages].sort((a, b) => a.offset - b.offset);
    const lines = sorted.map(({ offset, message }) => {
      const { line, col } = this.lines.linePos(offset);
      return `${this.file}:${line}:${col}: ${message}`;
    });
    return [...new Set(lines)];
  }

  /** The offset of the node at a path, or of the nearest node around it. */
  private offsetOf(path: MappingPath): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }
}
