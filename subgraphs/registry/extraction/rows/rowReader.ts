import type { LinkageReject } from '../../../linkage/linkage.js';
import { sourceColumns, type Mapping, type TableMapping } from '../mapping/mapping.js';
import { type Cell, type CellContext, type CellReader, cellReader } from './cellReader.js';
import type { RejectReason } from './rejectReason.js';

/** A row as it is stored: the data subject's key, then the table's columns in the mapping's order. */
export type StoredRow = readonly (number | bigint | null)[];

interface ColumnInput {
  /** Where the source column stands in a batch; undefined where none is read. */
  readonly source: number | undefined;
  readonly reader: CellReader;
}

/** Turns the texts of a source row into a row of linked, typed values, or into the reason why it cannot be one. */
export class RowReader {
  readonly inputs: readonly ColumnInput[];
  private readonly subjectSource: number;
  private readonly linkSubject: (code: string) => number | LinkageReject;
  private readonly interval: readonly [start: number, end: number] | undefined;

  constructor(table: TableMapping, mapping: Mapping, context: CellContext) {
    const sources = sourceColumns(table);
    const { from, scheme } = table.subject;
    const { persons } = context;
    this.subjectSource = sources.indexOf(from);
    this.linkSubject =
      mapping.knows === table.name
        ? (code) => persons.know(scheme, code)
        : (code) => persons.find(scheme, code);
    this.inputs = table.columns.map((column) => ({
      source: 'from' in column ? sources.indexOf(column.from) : undefined,
      reader: cellReader(column, context),
    }));
    const position = (name: string) => 1 + table.columns.findIndex((column) => column.name === name);
    this.interval = table.interval && [position(table.interval[0]), position(table.interval[1])];
  }

  /** @param columns a batch's columns, in the order of `sourceColumns` */
  read(columns: readonly (readonly string[])[], row: number): StoredRow | RejectReason {
    const stored: (number | bigint | null)[] = [null];
    for (const { source, reader } of this.inputs) {
      const cell: Cell = reader.read(source === undefined ? '' : columns[source]![row]!);
      if (typeof cell === 'string') return cell;
      stored.push(cell);
    }
    if (this.interval) {
      const [start, end] = [stored[this.interval[0]], stored[this.interval[1]]];
      if (typeof start === 'number' && typeof end === 'number' && start > end) return 'end-before-start';
    }
    // Last, so that nobody becomes known by a row that is rejected.
    const subject = this.linkSubject(columns[this.subjectSource]![row]!);
    if (typeof subject === 'string') return subject;
    stored[0] = subject;
    return stored;
  }
}
