import { parseDay } from '../../lib/calendar.js';
import { earliestDay, NO_PARTIAL_DAY, partialDay } from '../../lib/partialDate.js';
import { NO_CODE, NO_DAY, type Table } from '../../registry-kit/columns/table.js';
import type { ColumnDefinition, TableDefinition } from '../../registry-kit/columns/tableDefinition.js';

/** A row as a test writes it: dates as ISO texts, missing values empty. */
export type TestRow = { readonly person: number } & Readonly<Record<string, string | number | bigint>>;

/** A table in memory from written rows, in the order of snapshots. */
export function tableOf<Definition extends TableDefinition>(
  definition: Definition,
  rows: readonly TestRow[],
): Table<Definition> {
  const inOrder = rows.toSorted(
    (a, b) => a.person - b.person || (String(a[definition.order]) < String(b[definition.order]) ? -1 : 1),
  );
  const largest = Math.max(-1, ...inOrder.map(({ person }) => person));
  const offsets = Uint32Array.from(
    { length: largest + 2 },
    (_, key) => inOrder.filter(({ person }) => person < key).length,
  );
  const columns = Object.entries(definition.columns).map(([name, column]) => [
    name,
    columnOf(
      column,
      inOrder.map((row) => row[name]),
    ),
  ]);
  return {
    rows: inOrder.length,
    subject: Uint32Array.from(inOrder, ({ person }) => person),
    columns: Object.fromEntries(columns) as Table<Definition>['columns'],
    offsets,
  };
}

/** Of a date such as 2012, 2012-05 or 2012-05-14. */
function partialDayOf(date: string): number {
  const precision = date.length === 4 ? 'year' : date.length === 7 ? 'month' : 'day';
  return partialDay(earliestDay(date)!, precision);
}

function columnOf(
  { kind }: ColumnDefinition,
  values: readonly (string | number | bigint | undefined)[],
): unknown {
  switch (kind) {
    case 'day':
      return Int32Array.from(values, (value) => (value === undefined ? NO_DAY : parseDay(String(value))!));
    case 'partial-day':
      return Int32Array.from(values, (value) =>
        value === undefined ? NO_PARTIAL_DAY : partialDayOf(String(value)),
      );
    case 'record':
      return BigUint64Array.from(values, (value) => BigInt(value ?? 0));
    case 'person':
    case 'family':
      return Uint32Array.from(values, Number);
    case 'number':
      return Float64Array.from(values, (value) => Number(value ?? Number.NaN));
    case 'code': {
      const texts = [...new Set(values.filter((value) => value !== undefined).map(String))].sort();
      return {
        texts,
        indices: Uint16Array.from(values, (value) =>
          value === undefined ? NO_CODE : texts.indexOf(String(value)),
        ),
      };
    }
  }
}
