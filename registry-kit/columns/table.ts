import type { Day } from '../../lib/calendar.js';
import type { PersonKey } from '../../schema/keys.js';
import type { ColumnDefinition, TableDefinition } from './tableDefinition.js';

/** Stands for "no day" in a column of days. */
export const NO_DAY = -2_147_483_648;

/** Stands for "no code" in a column of codes. */
export const NO_CODE = 0xffff;

/** Dictionary-encoded texts: the text of row i is `texts[indices[i]]`, or none if the index is NO_CODE. */
export interface CodeColumn {
  readonly texts: readonly string[];
  readonly indices: Uint16Array;
}

interface ColumnOfKind {
  day: Int32Array;
  'partial-day': Int32Array;
  record: BigUint64Array;
  person: Uint32Array;
  family: Uint32Array;
  number: Float64Array;
  code: CodeColumn;
}

type ColumnOf<Definition extends ColumnDefinition> = ColumnOfKind[Definition['kind']];

/** The name of a column that is not internal. */
type Served<
  Definition extends TableDefinition,
  Name extends keyof Definition['columns'],
> = Definition['columns'][Name] extends { readonly internal: true } ? never : Name;

/**
 * A table in memory: columns sorted by person key, then by the table's `order`. The rows of one person are
 * one contiguous slice, found by two reads of `offsets`.
 */
export interface Table<Definition extends TableDefinition = TableDefinition> {
  readonly rows: number;
  /** The data subject of each row. */
  readonly subject: Uint32Array;
  readonly columns: {
    readonly [Name in keyof Definition['columns'] as Served<Definition, Name>]: ColumnOf<
      Definition['columns'][Name]
    >;
  };
  /** offsets[key] .. offsets[key + 1] is the range of a person's rows; keys beyond its end have none. */
  readonly offsets: Uint32Array;
}

/** The rows of a person: from (inclusive) and to (exclusive); equal where there are none. */
export function rowRangeOf(table: Table, person: PersonKey): readonly [from: number, to: number] {
  const { offsets } = table;
  return person + 1 < offsets.length ? [offsets[person]!, offsets[person + 1]!] : [0, 0];
}

/** The text of a code in a row; undefined where there is none. */
export function codeAt(column: CodeColumn, row: number): string | undefined {
  const index = column.indices[row]!;
  return index === NO_CODE ? undefined : column.texts[index];
}

/** From a first day to a last day, both included; NO_DAY for an open end. */
export interface Days {
  readonly start: Day;
  readonly end: Day;
}

/** Whether a day lies between start and end. */
export function includesDay({ start, end }: Days, day: Day): boolean {
  return start <= day && (end === NO_DAY || end >= day);
}
