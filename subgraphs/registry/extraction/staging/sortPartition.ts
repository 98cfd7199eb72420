import { NO_DAY } from '../../columns/table.js';

/**
 * The rows of a partition in the order of subject, then of day, then as they came; rows without a day come last. Two
 * counting sorts: keys of one partition and days of a register lie close together.
 */
export function sortPartition(subjects: Uint32Array, days: Int32Array): Uint32Array {
  const [firstDay, lastDay] = rangeOf(days.filter((day) => day !== NO_DAY));
  const [firstSubject, lastSubject] = rangeOf(subjects);
  const asTheyCame = Uint32Array.from(subjects, (_, row) => row);
  const byDay = countingSort(asTheyCame, lastDay - firstDay + 2, (row) =>
    days[row] === NO_DAY ? lastDay - firstDay + 1 : days[row]! - firstDay,
  );
  return countingSort(byDay, lastSubject - firstSubject + 1, (row) => subjects[row]! - firstSubject);
}

/** Sorts rows by a key from 0 to below `keys`; rows of one key stay as they stand. */
function countingSort(rows: Uint32Array, keys: number, keyOf: (row: number) => number): Uint32Array {
  const places = new Uint32Array(keys + 1);
  for (let index = 0; index < rows.length; index++) places[keyOf(rows[index]!) + 1]!++;
  for (let key = 1; key <= keys; key++) places[key]! += places[key - 1]!;
  const sorted = new Uint32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    sorted[places[keyOf(row)]!++] = row;
  }
  return sorted;
}

function rangeOf(values: Uint32Array | Int32Array): readonly [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < first) first = value;
    if (value > last) last = value;
  }
  return first <= last ? [first, last] : [0, 0];
}
