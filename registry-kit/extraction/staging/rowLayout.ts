import { DOUBLE, type DuckDBType, INTEGER, UBIGINT, UINTEGER, USMALLINT } from '@duckdb/node-api';
import { NO_PARTIAL_DAY } from '../../../lib/partialDate.js';
import { NO_CODE, NO_DAY } from '../../columns/table.js';
import type { ColumnDefinition } from '../../columns/tableDefinition.js';
import type { StoredRow } from '../rows/sourceRowReader.js';

type Kind = ColumnDefinition['kind'];

/** How a value of a kind is encoded in a staged row. */
interface Encoding {
  readonly bytes: number;
  readonly type: DuckDBType;
  /** Means no value: no key is that large, and no number is NaN. */
  readonly nothing: number | bigint;
  readonly write: (view: DataView, at: number, value: number | bigint) => void;
  readonly read: (view: DataView, at: number) => number | bigint;
}

const DAY: Encoding = {
  bytes: 4,
  type: INTEGER,
  nothing: NO_DAY,
  write: (view, at, value) => view.setInt32(at, value as number, true),
  read: (view, at) => view.getInt32(at, true),
};
const PARTIAL_DAY: Encoding = { ...DAY, nothing: NO_PARTIAL_DAY };
const CODE: Encoding = {
  bytes: 2,
  type: USMALLINT,
  nothing: NO_CODE,
  write: (view, at, value) => view.setUint16(at, value as number, true),
  read: (view, at) => view.getUint16(at, true),
};
const KEY: Encoding = {
  bytes: 4,
  type: UINTEGER,
  nothing: 2 ** 32 - 1,
  write: (view, at, value) => view.setUint32(at, value as number, true),
  read: (view, at) => view.getUint32(at, true),
};
const RECORD: Encoding = {
  bytes: 8,
  type: UBIGINT,
  nothing: 2n ** 64n - 1n,
  write: (view, at, value) => view.setBigUint64(at, value as bigint, true),
  read: (view, at) => view.getBigUint64(at, true),
};
const NUMBER: Encoding = {
  bytes: 8,
  type: DOUBLE,
  nothing: NaN,
  write: (view, at, value) => view.setFloat64(at, value as number, true),
  read: (view, at) => view.getFloat64(at, true),
};

const ENCODINGS: Readonly<Record<Kind, Encoding>> = {
  day: DAY,
  'partial-day': PARTIAL_DAY,
  code: CODE,
  record: RECORD,
  person: KEY,
  family: KEY,
  number: NUMBER,
};

export interface Field extends Omit<Encoding, 'write'> {
  readonly offset: number;
}

/**
 * Rows of a table as bytes of a fixed width: the key of the subject, the number of the row in the source,
 * then the columns.
 */
export class RowLayout {
  readonly subject: Field = { ...KEY, offset: 0 };
  readonly sourceRow: Field = { ...KEY, offset: KEY.bytes };
  readonly columns: readonly Field[];
  readonly rowBytes: number;
  private readonly encodings: readonly Encoding[];

  constructor(kinds: readonly Kind[]) {
    let offset = 2 * KEY.bytes;
    this.encodings = kinds.map((kind) => ENCODINGS[kind]);
    this.columns = this.encodings.map((encoding) => {
      const field = { ...encoding, offset };
      offset += encoding.bytes;
      return field;
    });
    this.rowBytes = offset;
  }

  write(view: DataView, row: StoredRow, sourceRow: number): void {
    view.setUint32(this.subject.offset, row[0] as number, true);
    view.setUint32(this.sourceRow.offset, sourceRow, true);
    for (let index = 0; index < this.columns.length; index++) {
      const { write, nothing } = this.encodings[index]!;
      write(view, this.columns[index]!.offset, row[index + 1] ?? nothing);
    }
  }
}
