import type { Day } from '../../../../schema/calendar.js';
import { formatPartialDate, lastDay } from '../../../../schema/partialDate.js';
import { PolkuError } from '../../../../schema/polkuError.js';
import type { Linkage } from '../../../linkage/linkage.js';
import type { CodeLists } from '../../codes.js';
import type { ColumnMapping } from '../mapping/mapping.js';
import { CodeDictionary } from './codeDictionary.js';
import { ownCopy } from './ownCopy.js';
import { parseDate } from './parseDate.js';
import type { PersonLinker } from './personLinker.js';
import type { RejectReason } from './rejectReason.js';

/** A value as it is stored, nothing, or why the row is rejected. */
export type Cell = number | bigint | null | RejectReason;

/** Reads what a source has in one column; blanks around it do not count. */
export interface CellReader {
  read(text: string): Cell;
  /** Of a column of codes: the codes, whose numbers are the cells. */
  readonly dictionary?: CodeDictionary;
}

/** What cells are read by. */
export interface CellContext {
  readonly registry: string;
  readonly table: string;
  readonly linkage: Linkage;
  readonly persons: PersonLinker;
  readonly codeLists: CodeLists;
}

export function cellReader(column: ColumnMapping, context: CellContext): CellReader {
  const reader = presentCellReader(column, context);
  if (!('from' in column)) return reader;
  const missing = column.optional ? null : 'missing-value';
  return {
    ...reader,
    read: (text) => {
      const value = text.trim();
      return value === '' ? missing : reader.read(value);
    },
  };
}

function presentCellReader(column: ColumnMapping, context: CellContext): CellReader {
  const { registry, table, linkage, persons, codeLists } = context;
  switch (column.kind) {
    case 'day':
      return dayReader(column);
    case 'number':
      return { read: readNumber };
    case 'record':
      return { read: (id) => linkage.recordKey(registry, column.of ?? table, id) };
    case 'person':
      return { read: (code) => persons.find(column.scheme, code) };
    case 'family':
      return { read: (code) => linkage.familyKey(column.scheme, code) };
    case 'code': {
      const list = column.list === undefined ? undefined : codeListOf(column.list, registry, codeLists);
      const dictionary = new CodeDictionary(column.name, column.values, list);
      return { dictionary, read: (value) => dictionary.read(value) };
    }
    case 'absent':
      return { read: () => null };
    case 'constant': {
      const dictionary = new CodeDictionary(column.name, undefined, undefined);
      return { dictionary, read: () => dictionary.read(column.code) };
    }
  }
}

function codeListOf(list: string, registry: string, codeLists: CodeLists): ReadonlyMap<string, unknown> {
  const codes = codeLists.get(list);
  if (codes) return codes;
  throw new PolkuError('MAPPING_INVALID', `subgraphs/${registry}/codes.yaml has no list "${list}".`);
}

/** A register has few thousand different dates, each in many rows; times of day would be too many to remember. */
const MOST_DATES = 100_000;

function dayReader({ dates, lastDayOfMonth }: ColumnMapping & { kind: 'day' }): CellReader {
  const days = new Map<string, Day>();
  return {
    read: (text) => {
      const known = days.get(text);
      if (known !== undefined) return known;
      const written = parseDate(text, dates);
      if (written === undefined) return 'invalid-date';
      const day = lastDayOfMonth ? lastDay(formatPartialDate(written, 'month'))! : written;
      if (days.size < MOST_DATES) days.set(ownCopy(text), day);
      return day;
    },
  };
}

function readNumber(text: string): Cell {
  const number = Number(text);
  return Number.isFinite(number) ? number : 'invalid-number';
}
