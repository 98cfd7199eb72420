import type { LinkageReject } from '../../../linkage/linkage.js';
import { columnsOf, type Mapping, sourceColumns, type TableMapping } from '../mapping/mapping.js';
import { type CellContext, cellReader, type CellReader, compositeId, isMissing } from './cellReader.js';
import type { Reject } from './rejectReason.js';

/** A row in stored form: the data subject's key, then the table's columns in the order of the mapping. */
export type StoredRow = readonly (number | bigint | null)[];

interface ColumnInput {
  readonly reader: CellReader;
  /** The source columns of this column. */
  readonly columns: readonly string[];
  /** The text of this column in a row of a batch; several source columns are combined. */
  readonly textOf: (columns: readonly (readonly string[])[], row: number) => string;
}

/** Turns the texts of a source row into linked, typed values, or into the reason for its rejection. */
export class SourceRowReader {
  readonly inputs: readonly ColumnInput[];
  private readonly subjectSource: number;
  private readonly linkSubject: (code: string) => number | LinkageReject;
  private readonly interval: readonly [start: number, end: number] | undefined;

  constructor(
    private readonly table: TableMapping,
    mapping: Mapping,
    private readonly context: CellContext,
  ) {
    const sources = sourceColumns(table);
    const { from, scheme } = table.subject;
    const { persons } = context;
    this.subjectSource = sources.indexOf(from);
    this.linkSubject =
      mapping.knows === table.name
        ? (code) => persons.know(scheme, code)
        : (code) => persons.find(scheme, code);
    this.inputs = table.columns.map((column) => {
      const columns = columnsOf(column);
      const places = columns.map((name) => sources.indexOf(name));
      const [first] = places;
      const missing = 'from' in column ? column.missing : undefined;
      return {
        reader: cellReader(column, context),
        columns,
        textOf:
          first === undefined
            ? () => ''
            : places.length === 1
              ? (batch, row) => batch[first]![row]!
              : (batch, row) =>
                  compositeId(
                    places.map((place) => batch[place]![row]!),
                    missing,
                  ),
      };
    });
    const place = (name: string) => table.columns.findIndex((column) => column.name === name);
    this.interval = table.interval && [place(table.interval[0]), place(table.interval[1])];
  }

  /** @param columns a batch's columns, in the order of `sourceColumns` */
  read(columns: readonly (readonly string[])[], row: number): StoredRow | Reject {
    const stored: (number | bigint | null)[] = [null];
    for (const { reader, textOf, columns: names } of this.inputs) {
      const cell = reader.read(textOf(columns, row));
      if (typeof cell === 'string') return { reason: cell, columns: names };
      stored.push(cell);
    }
    if (this.interval) {
      const [start, end] = this.interval;
      const [first, last] = [stored[1 + start], stored[1 + end]];
      if (typeof first === 'number' && typeof last === 'number' && first > last) {
        const names = [...this.inputs[start]!.columns, ...this.inputs[end]!.columns];
        return { reason: 'end-before-start', columns: names };
      }
    }
    // The subject is linked last, so that a rejected row makes nobody known.
    const subject = this.subject(columns[this.subjectSource]![row]!);
    if (typeof subject === 'string') return { reason: subject, columns: [this.table.subject.from] };
    stored[0] = subject;
    return stored;
  }

  /** The key of a record by the loose form of its id. An id of several columns has only one form. */
  looseKey(input: number, columns: readonly (readonly string[])[], row: number): bigint {
    const { linkage, registry, table } = this.context;
    const column = this.table.columns[input]!;
    const { columns: sources, textOf } = this.inputs[input]!;
    const id = textOf(columns, row).trim();
    const of = column.kind === 'record' && column.of !== undefined ? column.of : table;
    return linkage.recordKey(registry, of, sources.length === 1 ? looseId(id) : id);
  }

  private subject(code: string): number | LinkageReject {
    return isMissing(code.trim(), this.table.subject.missing) ? 'missing-code' : this.linkSubject(code);
  }
}

export function isReject(read: StoredRow | Reject): read is Reject {
  return 'reason' in read;
}

const UUID_WITHOUT_HYPHENS = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;
const NUMBER = /^0*(\d+?)(?:[.,]0+)?$/;

/**
 * An id without the parts that systems add or drop: a type or system before it (`Encounter/`, `urn:uuid:`),
 * brackets and quotes, capitals, the hyphens of a UUID, leading zeros, decimals (`1001.0`). Two ids with
 * equal loose forms are probably one id.
 */
function looseId(id: string): string {
  const bare = id
    .toLowerCase()
    .replaceAll(/[\s{}()[\]"']/g, '')
    .replace(/^.*[/|#:]/, '');
  const uuid = UUID_WITHOUT_HYPHENS.exec(bare);
  return uuid ? uuid.slice(1).join('-') : bare.replace(NUMBER, '$1');
}
